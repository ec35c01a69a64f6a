import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { endGroupOnAbort } from './process-group.ts';
import { type Command, ToolFailedError } from './runner.ts';

const stderrLimit = 65_536;

export interface PipelineOptions {
  /** What the first tool reads; nothing where it is absent. */
  readonly input?: Readable;
  /** What the last tool's output goes to; nowhere where it is absent. */
  readonly output?: Writable;
  /** Told of each piece that passes from the first tool, or from `input` where there is but one tool. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Runs tools side by side, the output of each being the input of the next. All are ended when one fails, when `signal`
 * aborts, and by the kernel when we are killed.
 * @throws ToolFailedError of the last tool that failed: those before it may have failed for its sake
 */
export async function runPipeline(
  commands: readonly Command[],
  options: PipelineOptions,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const running = commands.map((command) => start(command, ending));
  const counter = new Transform({
    transform(part: Buffer, _encoding, done) {
      options.onBytes?.(part.length);
      done(null, part);
    },
  });
  const flows = flowsOf(
    running.map(({ child }) => child),
    options,
    counter,
  );
  const settled = await Promise.all([
    ...running.map(async ({ ended }) => {
      const failure = await ended;
      if (failure) stop.abort();
      return failure;
    }),
    // A tool that ends early breaks the pipe to it; its exit status tells why.
    ...flows.map((flow) => flow.catch((failure: NodeJS.ErrnoException) => ignoreBrokenPipe(failure))),
  ]);
  signal.throwIfAborted();
  const failure = settled.findLast((each) => each !== undefined);
  if (failure) throw failure;
}

function start(
  command: Command,
  signal: AbortSignal,
): { child: ChildProcess; ended: Promise<Error | undefined> } {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command.tool, ...command.args], {
    cwd: command.cwd,
    env: command.env ? { ...process.env, ...command.env } : process.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const group = endGroupOnAbort(child.pid, signal);
  let stderr = '';
  child.stderr!.on('data', (part: Buffer) => {
    if (stderr.length < stderrLimit) stderr += part.toString();
  });
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  child.once('error', resolve);
  child.once('close', (code) =>
    resolve(code === 0 ? undefined : new ToolFailedError(command, code, { stdout: '', stderr })),
  );
  return { child, ended: promise.finally(() => group[Symbol.dispose]()) };
}

function flowsOf(
  children: readonly ChildProcess[],
  { input, output }: PipelineOptions,
  counter: Transform,
): readonly Promise<void>[] {
  const first = children[0]!;
  const last = children.at(-1)!;
  if (!input) first.stdin!.end();
  if (!output) last.stdout!.resume();
  if (children.length === 1) {
    return [
      ...(input ? [pump(input, counter, first.stdin!)] : []),
      ...(output ? [pump(last.stdout!, ...(input ? [] : [counter]), output, { end: false })] : []),
    ];
  }
  return [
    ...(input ? [pump(input, first.stdin!)] : []),
    ...children
      .slice(1)
      .map((next, at) =>
        at === 0
          ? pump(children[at]!.stdout!, counter, next.stdin!)
          : pump(children[at]!.stdout!, next.stdin!),
      ),
    ...(output ? [pump(last.stdout!, output, { end: false })] : []),
  ];
}

function ignoreBrokenPipe(failure: NodeJS.ErrnoException): Error | undefined {
  return ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(failure.code ?? '')
    ? undefined
    : failure;
}
