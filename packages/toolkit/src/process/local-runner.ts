import { spawn } from 'node:child_process';
import { CodedError } from '../errors/coded-error.ts';
import { endGroupOnAbort } from './process-group.ts';
import { type Command, type CommandResult, type Runner, ToolFailedError } from './runner.ts';

const outputLimit = 64 * 2 ** 20;
/** A daemon that the tool left behind may hold its pipes open for ever. */
const drainMs = 1_000;
/** setpriv(1) exits with this where there is no such program, as shells do. */
const notExecuted = 127;

/**
 * Runs tools on this host, each in a process group of its own, and each ended by the kernel when we are killed: none
 * goes on beside the command that clears up after us.
 */
export const localRunner: Runner = { run: (command, signal) => run(command, signal) };

async function run(command: Command, signal: AbortSignal): Promise<CommandResult> {
  signal.throwIfAborted();
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command.tool, ...command.args], {
    cwd: command.cwd,
    detached: true,
    env: command.env ? { ...process.env, ...command.env } : process.env,
    stdio: [command.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const stdout = command.onStdout ? passOn(child.stdout!, command.onStdout) : collect(child.stdout!);
  const stderr = collect(child.stderr!, command.onStderr);
  child.stdin?.on('error', () => {}); // a tool may end before it has read all; its exit status says if that matters
  child.stdin?.end(command.stdin);

  using _group = endGroupOnAbort(child.pid, signal);
  const exitCode = await ended(child);
  signal.throwIfAborted();
  const output = { stdout: stdout(), stderr: stderr() };
  if (exitCode === notExecuted && output.stderr.startsWith('setpriv: ')) throw toolMissing(command.tool);
  if (exitCode !== 0) throw new ToolFailedError(command, exitCode, output);
  return output;
}

function ended(child: ReturnType<typeof spawn>): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', (failure: NodeJS.ErrnoException) => {
    reject(failure.code === 'ENOENT' ? toolMissing('setpriv') : failure);
  });
  let drainTimer: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    drainTimer = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, drainMs);
  });
  child.once('close', (code) => resolve(code));
  return promise.finally(() => clearTimeout(drainTimer));
}

const toolMissing = (tool: string): CodedError =>
  new CodedError('TOOL_MISSING', `the program "${tool}" is not installed`, {
    hint: 'run "ignite doctor" to see what is missing and how to install it',
  });

function collect(stream: NodeJS.ReadableStream, also?: (text: string) => void): () => string {
  const parts: Buffer[] = [];
  let size = 0;
  stream.on('data', (part: Buffer) => {
    also?.(part.toString());
    if (size < outputLimit) parts.push(part);
    size += part.length;
  });
  return () => Buffer.concat(parts).toString();
}

function passOn(stream: NodeJS.ReadableStream, to: (part: Buffer) => void): () => string {
  stream.on('data', to);
  return () => '';
}
