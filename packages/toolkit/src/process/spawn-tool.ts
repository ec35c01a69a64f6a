import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { CodedError } from '../errors/coded-error.ts';
import type { Command } from './runner.ts';

/** setpriv(1) exits with this where there is no such program, as shells do. */
const notExecuted = 127;

/** Starts a tool in a process group of its own, which the kernel ends when we are killed, unless it is to outlive us. */
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

/** What a tool's end means that was never begun: it is not installed. Undefined for any other end. */
export function unstarted(
  { tool }: Command,
  exitCode: number | null,
  stderr: string,
): CodedError | undefined {
  return exitCode === notExecuted && stderr.startsWith('setpriv: ') ? toolMissing(tool) : undefined;
}

/** Why setpriv itself could not be started. */
export const spawnFailure = (failure: NodeJS.ErrnoException): Error =>
  failure.code === 'ENOENT' ? toolMissing('setpriv') : failure;

const toolMissing = (tool: string): CodedError =>
  new CodedError('TOOL_MISSING', `the program "${tool}" is not installed`, {
    hint: 'run "ignite doctor" to see what is missing and how to install it',
  });
