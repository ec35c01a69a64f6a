import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsageFigures } from '@ignite/api/client/usage-client';
import type { CgroupFolders } from './cgroup-folders.ts';

type CgroupUsage = Omit<UsageFigures, 'networkReceived' | 'networkSent'>;

export interface DiskTraffic {
  readonly read: number;
  readonly written: number;
}

/** The value from which v1 means that nothing is limited: the largest number of bytes in whole pages. */
const unlimited = 2 ** 62;

/** Reads the usage of a cgroup: from v1 if the controller is there, else from v2. */
export async function readCgroupUsage(folders: CgroupFolders): Promise<CgroupUsage> {
  const { cpuacct, memory, blkio, pids, unified } = folders;
  const [cpu, used, stat, limit, traffic, tasks] = await Promise.all([
    readFirst([cpuacct, 'cpuacct.usage'], [unified, 'cpu.stat']),
    readFirst([memory, 'memory.usage_in_bytes'], [unified, 'memory.current']),
    readFirst([memory, 'memory.stat'], [unified, 'memory.stat']),
    readFirst([memory, 'memory.limit_in_bytes'], [unified, 'memory.max']),
    readFirst(
      [blkio, 'blkio.throttle.io_service_bytes_recursive'],
      [blkio, 'blkio.throttle.io_service_bytes'],
      [unified, 'io.stat'],
    ),
    readFirst([pids, 'pids.current'], [unified, 'pids.current']),
  ]);
  const disk = traffic === undefined ? undefined : parseDiskTraffic(traffic);
  return {
    cpuSeconds: cpu === undefined ? undefined : parseCpuSeconds(cpu),
    memory: used === undefined ? undefined : parseMemory(used, stat ?? ''),
    memoryLimit: limit === undefined ? undefined : parseLimit(limit),
    diskRead: disk?.read,
    diskWritten: disk?.written,
    pids: tasks === undefined ? undefined : parseCount(tasks),
  };
}

/**
 * Pure. Returns the CPU time in seconds, from the nanoseconds of cpuacct.usage or the microseconds of
 * cpu.stat.
 */
export function parseCpuSeconds(text: string): number | undefined {
  const micro = /^usage_usec (\d+)$/m.exec(text)?.[1];
  if (micro !== undefined) return Number(micro) / 1e6;
  const nano = parseCount(text);
  return nano === undefined ? undefined : nano / 1e9;
}

/**
 * Pure. Returns the used memory in bytes, without inactive files in the page cache, as Docker and Kubernetes
 * count it.
 */
export function parseMemory(used: string, stat: string): number | undefined {
  const all = parseCount(used);
  if (all === undefined) return undefined;
  const inactive =
    /^total_inactive_file (\d+)$/m.exec(stat)?.[1] ?? /^inactive_file (\d+)$/m.exec(stat)?.[1] ?? 0;
  return Math.max(0, all - Number(inactive));
}

/** Pure. Returns the memory limit in bytes, or `undefined` if nothing is limited. */
export function parseLimit(text: string): number | undefined {
  const limit = parseCount(text);
  return limit === undefined || limit >= unlimited ? undefined : limit;
}

/**
 * Pure. Returns the traffic of all devices in bytes, from the lines `8:0 Read 1` of blkio or
 * `8:0 rbytes=1 wbytes=2` of io.stat.
 */
export function parseDiskTraffic(text: string): DiskTraffic {
  const sum = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  return {
    read: sum(/^\d+:\d+ (?:Read |.*\brbytes=)(\d+)/gm),
    written: sum(/^\d+:\d+ (?:Write |.*\bwbytes=)(\d+)/gm),
  };
}

function parseCount(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** Reads the first of the files that exists. */
async function readFirst(
  ...files: readonly (readonly [folder: string | undefined, name: string])[]
): Promise<string | undefined> {
  for (const [folder, name] of files) {
    if (folder === undefined) continue;
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined); // it is gone with the VM, or not provided
    if (text !== undefined) return text;
  }
  return undefined;
}
