import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { CodedError } from '../errors/coded-error.ts';
import type { Command } from './runner.ts';

/** The exit status of setpriv(1) if there is no such program, as in shells. */
const notExecuted = 127;

/**
 * Starts a tool in a process group of its own. The kernel ends it when this process is killed, unless it
 * shall outlive this process.
 */
export function spawnTool(command: Command, stdio: StdioOptions): ChildProcess {
  const { tool, args, cwd, env, outlivesUs = false, fileSizeLimit } = command;
  const setpriv = ['setpriv', '--pdeathsig', outlivesUs ? 'clear' : 'KILL'];
  const prlimit = fileSizeLimit === undefined ? [] : ['prlimit', `--fsize=${fileSizeLimit}`];
  const [program = '', ...rest] = [...prlimit, ...setpriv, tool, ...args];
  return spawn(program, rest, {
    cwd,
    detached: true,
    env: env ? { ...process.env, ...env } : process.env,
    stdio,
  });
}

/**
 * Returns the error for a tool that never started because it is not installed, or `undefined` for any other
 * end.
 */
export function unstarted(
  { tool }: Command,
  exitCode: number | null,
  stderr: string,
): CodedError | undefined {
  return exitCode === notExecuted && stderr.startsWith('setpriv: ') ? toolMissing(tool) : undefined;
}

/** Explains why setpriv itself could not be started. */
export const spawnFailure = (failure: NodeJS.ErrnoException): Error =>
  failure.code === 'ENOENT' ? toolMissing('setpriv') : failure;

const toolMissing = (tool: string): CodedError =>
  new CodedError('TOOL_MISSING', `the program "${tool}" is not installed`, {
    hint: 'run "ignite doctor" to see what is missing and how to install it',
  });
