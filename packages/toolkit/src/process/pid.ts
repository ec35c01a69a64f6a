import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 10;
/** PF_EXITING of the kernel's include/linux/sched.h. */
const exitingFlag = 0x4;

/** The state of a process at one moment (proc(5) `stat`). */
export interface ProcessState {
  /** The time when the process started, in clock ticks since boot. */
  readonly startTime: number;
  /** The process runs no program any more: the kernel is tearing it down. */
  readonly isEnding: boolean;
}

/**
 * Returns the time when a process started, in clock ticks since boot, or `undefined` if there is no process
 * or only its zombie. Together with the pid it identifies a process until the host reboots.
 */
export const processStartTime = (pid: number): number | undefined => processState(pid)?.startTime;

/**
 * Kills a process, and resolves when it is gone. While it is torn down, it still holds its memory and files.
 */
export async function endProcess(pid: number, signal: AbortSignal): Promise<void> {
  const startTime = processStartTime(pid);
  try {
    process.kill(pid, 'SIGKILL');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
  while (startTime !== undefined && processStartTime(pid) === startTime)
    await delay(pollMs, undefined, { signal });
}

/** Returns the state of a process, or `undefined` if there is no process or only its zombie. */
export function processState(pid: number): ProcessState | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The command in parentheses may itself contain spaces and parentheses.
  const [state, , , , , , flags, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [threads, startTime] = [Number(rest[10]), Number(rest[12])];
  // The first thread of a process may be a zombie before the other threads are gone.
  if (state === 'Z' && threads <= 1) return undefined;
  return { startTime, isEnding: (Number(flags) & exitingFlag) !== 0 };
}
