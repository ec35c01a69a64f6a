import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 10;

/**
 * When the process started, in clock ticks since boot (field 22 of proc(5) `stat`), or undefined when there is none or
 * only its zombie. With the pid it names a process for as long as the host is up.
 */
export function processStartTime(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The command in parentheses may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : Number(fields[19]);
}

/** Ends a process at once, and resolves when it is gone: while it is torn down it is still there, and looks half-made. */
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
