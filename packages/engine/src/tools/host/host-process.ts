import { readFileSync } from 'node:fs';
import { processStartTime } from '@ignite/toolkit/process/pid';

/** Identifies a process of this host, even if its pid is used again later. */
export interface HostProcess {
  readonly pid: number;
  /** The start time in clock ticks since boot (field 22 of proc(5) `stat`). */
  readonly startTime: number;
  /** The content of /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Returns the process that has the pid now. */
export const hostProcess = (pid: number): HostProcess => ({
  pid,
  startTime: processStartTime(pid) ?? 0,
  bootId: bootId(),
});

/** Returns this process as one that is gone. */
export const endedProcess = (): HostProcess => ({ ...hostProcess(process.pid), startTime: 0 });

/**
 * Tells whether this very process is alive, rather than another process that has its pid now, or one of an
 * earlier boot.
 */
export function isAlive(found: HostProcess, boot: string): boolean {
  return found.bootId === boot && processStartTime(found.pid) === found.startTime;
}
