import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 10;
/** PF_EXITING of the kernel's include/linux/sched.h. */
const exitingFlag = 0x4;

/** Of proc(5) `stat`, at one moment. */
export interface ProcessState {
  /** In clock ticks since boot. */
  readonly startTime: number;
  /** It runs no program any more: the kernel is still taking it down. */
  readonly isEnding: boolean;
}

/**
 * When the process started, in clock ticks since boot, or undefined when there is none or only its zombie. With the pid it
 * names a process for as long as the host is up.
 */
export const processStartTime = (pid: number): number | undefined => processState(pid)?.startTime;

/** Ends a process at once, and resolves when it is gone: while it is torn down it still has its memory and files. */
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

/** Undefined when there is none or only its zombie. */
export function processState(pid: number): ProcessState | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The command in parentheses may itself hold blanks and parentheses.
  const [state, , , , , , flags, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [threads, startTime] = [Number(rest[10]), Number(rest[12])];
  // The first thread of a process may be a zombie before the others are gone.
  if (state === 'Z' && threads <= 1) return undefined;
  return { startTime, isEnding: (Number(flags) & exitingFlag) !== 0 };
}
