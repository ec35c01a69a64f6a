import type { DiskTraffic } from './cgroup-usage.ts';

/**
 * Pure. Returns the bytes that a process has caused to be read from and written to devices, from its
 * /proc/PID/io (proc_pid_io(5)), or `undefined` if the kernel does not count them.
 */
export function parseProcessIo(text: string): DiskTraffic | undefined {
  const [, read] = /^read_bytes: (\d+)$/m.exec(text) ?? [];
  const [, written] = /^write_bytes: (\d+)$/m.exec(text) ?? [];
  return read === undefined || written === undefined
    ? undefined
    : { read: Number(read), written: Number(written) };
}
