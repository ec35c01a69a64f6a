import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CgroupFolders, cgroupFolders } from '../usage/cgroup-folders.ts';
import { cgroupPath } from './bundle.ts';

/** Of one CPU. What a guest prints without end keeps its monitor busy, which is not in the limits of the guest's VMM. */
const monitorCpus = 0.25;
const periodUs = 100_000;
const pollMs = 10;
const quotaUs = monitorCpus * periodUs;

const monitorPath = (uid: string): string => `${cgroupPath(uid)}.monitor`;

/** Where the cgroup of a path is, in the hierarchies that limit CPU and memory. */
async function foldersOf(path: string): Promise<CgroupFolders> {
  const cgroup = [`2:cpu:${path}`, `1:memory:${path}`, `0::${path}`].join('\n');
  return cgroupFolders(cgroup, await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Whether the kernel has killed a program of the sandbox that had reached the limit of its memory, and whose cgroup is there. */
export async function ranOutOfMemory(uid: string): Promise<boolean> {
  const { memory, unified } = await foldersOf(cgroupPath(uid));
  const file =
    memory === undefined ? join(unified ?? '/', 'memory.events') : join(memory, 'memory.oom_control');
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0) > 0;
}

/**
 * Makes the cgroup that bounds what a sandbox's monitor takes of the CPU, and resolves with the file that a pid is written to
 * for its process to be in it; undefined where cgroups limit no CPU.
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

/** Removes it; what is still in it, such as whoever clears up after the program, goes on without a limit. */
export async function removeMonitorCgroup(uid: string, signal: AbortSignal): Promise<void> {
  const { cpu, unified } = await foldersOf(monitorPath(uid));
  const folder = cpu ?? unified;
  if (folder === undefined || !existsSync(folder)) return;
  const outside = await procsOutside();
  // A process that is ending is listed no more and still there, and one that is not may have started another.
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
    if (code === 'ENOENT' || code === 'ENODEV') return true; // someone else was at it
    if (code === 'EBUSY') return false;
    throw failure;
  }
}

/** The command line that runs a monitor's exit command at full speed: it is begun where its monitor is. */
export async function outsideMonitorCgroup(command: readonly string[]): Promise<readonly string[]> {
  if (command.length === 0) return [];
  return ['/bin/sh', '-c', 'echo $$ >"$0"; exec "$@"', await procsOutside(), ...command];
}

async function procsOutside(): Promise<string> {
  const { cpu, unified } = await foldersOf('/');
  return join(cpu ?? unified ?? '/', 'cgroup.procs');
}
