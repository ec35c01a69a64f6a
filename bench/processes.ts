import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Returns the memory that processes have resident, in MiB. */
export const residentMiB = (pids: readonly number[]): number =>
  sum(pids, (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])) /
  1_024;

/** Returns the CPU time that processes have used, in milliseconds. */
export const cpuMs = (pids: readonly number[]): number => (sum(pids, ticksOf) * 1_000) / ticksPerSecond;

/** See proc_pid_stat(5). The name of the program is in parentheses, and may have blanks. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

const sum = (pids: readonly number[], of: (pid: number) => number): number =>
  pids.map(of).reduce((total, each) => total + each, 0);
