import type { ChildProcess } from 'node:child_process';
import { endGroupOnAbort } from './process-group.ts';
import { type Command, type CommandResult, type Runner, ToolFailedError } from './runner.ts';
import { spawnFailure, spawnTool, unstarted } from './spawn-tool.ts';

const outputLimit = 64 * 2 ** 20;
/**
 * The time in milliseconds to wait for the end of a tool's output, because a daemon that it left behind may
 * hold its pipes open for ever.
 */
const drainMs = 1_000;

/**
 * Runs tools on this host, each in a process group of its own. The kernel ends a tool when this process is
 * killed, so that no tool runs beside the command that cleans up afterwards. Tools that shall outlive this
 * process go on, and that command waits for them.
 */
export const localRunner: Runner = { run: (command, signal) => run(command, signal) };

async function run(command: Command, signal: AbortSignal): Promise<CommandResult> {
  signal.throwIfAborted();
  const child = spawnTool(command, [command.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']);
  const stdout = command.onStdout ? passOn(child.stdout!, command.onStdout) : collect(child.stdout!);
  const stderr = collect(child.stderr!, command.onStderr);
  child.stdin?.on('error', () => {}); // a tool may end before it has read everything; its exit status tells whether that matters
  child.stdin?.end(command.stdin);

  using _group = endGroupOnAbort(child.pid, signal);
  const exitCode = await ended(child);
  signal.throwIfAborted();
  const output = { stdout: stdout(), stderr: stderr() };
  if (exitCode === 0) return output;
  throw unstarted(command, exitCode, output.stderr) ?? new ToolFailedError(command, exitCode, output);
}

function ended(child: ChildProcess): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', (failure) => reject(spawnFailure(failure)));
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
