import type { DiskTraffic } from './cgroup-usage.ts';

/**
 * Pure. What a process has had read from devices and written for them, out of its /proc/PID/io, see proc_pid_io(5);
 * undefined where the kernel does not count that.
 */
export function parseProcessIo(text: string): DiskTraffic | undefined {
  const [, read] = /^read_bytes: (\d+)$/m.exec(text) ?? [];
  const [, written] = /^write_bytes: (\d+)$/m.exec(text) ?? [];
  return read === undefined || written === undefined
    ? undefined
    : { read: Number(read), written: Number(written) };
}
