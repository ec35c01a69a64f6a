import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CgroupFolders, cgroupFolders } from '../usage/cgroup-folders.ts';
import { cgroupPath } from './bundle.ts';

/**
 * The share of a CPU for a monitor. A guest that prints without end keeps its monitor busy, and the limits of
 * the guest's VMM do not include the monitor.
 */
const monitorCpus = 0.25;
const periodUs = 100_000;
const pollMs = 10;
const quotaUs = monitorCpus * periodUs;

const monitorPath = (uid: string): string => `${cgroupPath(uid)}.monitor`;

/** Returns the folders of a cgroup in the hierarchies that limit CPU and memory. */
async function foldersOf(path: string): Promise<CgroupFolders> {
  const cgroup = [`2:cpu:${path}`, `1:memory:${path}`, `0::${path}`].join('\n');
  return cgroupFolders(cgroup, await readFile('/proc/self/mountinfo', 'utf8'));
}

/**
 * Tells whether the kernel has killed a program of the sandbox at its memory limit. The cgroup must still
 * exist.
 */
export async function ranOutOfMemory(uid: string): Promise<boolean> {
  const { memory, unified } = await foldersOf(cgroupPath(uid));
  const file =
    memory === undefined ? join(unified ?? '/', 'memory.events') : join(memory, 'memory.oom_control');
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0) > 0;
}

/**
 * Creates the cgroup that limits the CPU use of a sandbox's monitor. Resolves with the file to which a pid is
 * written to move its process there, or with `undefined` if cgroups do not limit CPUs on this host.
 */
export async function makeMonitorCgroup(uid: string): Promise<string | undefined> {
  const { cpu, unified } = await foldersOf(monitorPath(uid));
  const folder = cpu ?? unified;
  if (folder === undefined) return undefined;
  await mkdir(folder, { recursive: true });
  if (existsSync(join(folder, 'cpu.max'))) {
    await writeFile(join(folder, 'cpu.max'), `${quotaUs} ${periodUs}`);
  } else if (existsSync(join(folder, 'cpu.cfs_quota_us'))) {
    await writeFile(join(folder, 'cpu.cfs_period_us'), String(periodUs));
    await writeFile(join(folder, 'cpu.cfs_quota_us'), String(quotaUs));
  }
  return join(folder, 'cgroup.procs');
}

/** Removes the monitor's cgroup. Processes in it, such as the exit command, go on without a limit. */
export async function removeMonitorCgroup(uid: string, signal: AbortSignal): Promise<void> {
  const { cpu, unified } = await foldersOf(monitorPath(uid));
  const folder = cpu ?? unified;
  if (folder === undefined || !existsSync(folder)) return;
  const outside = await procsOutside();
  // An ending process is not listed any more but still there, and a process that is not ending may have
  // started another one.
  while (!(await isRemoved(folder, outside))) await delay(pollMs, undefined, { signal });
}

async function isRemoved(folder: string, outside: string): Promise<boolean> {
  try {
    for (const pid of (await readFile(join(folder, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean))
      await writeFile(outside, pid).catch(() => undefined); // it has just ended
    await rmdir(folder);
    return true;
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENODEV') return true; // another process removes it too
    if (code === 'EBUSY') return false;
    throw failure;
  }
}

/**
 * Returns the command line that runs a monitor's exit command at full speed, outside the monitor's cgroup in
 * which it starts.
 */
export async function outsideMonitorCgroup(command: readonly string[]): Promise<readonly string[]> {
  if (command.length === 0) return [];
  return ['/bin/sh', '-c', 'echo $$ >"$0"; exec "$@"', await procsOutside(), ...command];
}

async function procsOutside(): Promise<string> {
  const { cpu, unified } = await foldersOf('/');
  return join(cpu ?? unified ?? '/', 'cgroup.procs');
}
