import { readFileSync, readdirSync } from 'node:fs';

/** Returns the memory that processes have resident, in MiB. */
export const residentMiB = (pids: readonly number[]): number =>
  sum(pids, (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])) /
  1_024;

/** Returns the CPU time that processes have used, in milliseconds. */
export const cpuMs = (pids: readonly number[]): number => sum(pids, (pid) => sum(threadsOf(pid), threadMs));

const threadsOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);

/** The file `stat` of a process counts in units of 10 ms, which is too coarse (see proc_pid_schedstat(5)). */
const threadMs = (thread: string): number =>
  Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0]) / 1_000_000;

const sum = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.map(of).reduce((total, each) => total + each, 0);
