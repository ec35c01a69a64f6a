import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { endGroupOnAbort } from './process-group.ts';
import { type Command, ToolFailedError } from './runner.ts';
import { spawnFailure, spawnTool, unstarted } from './spawn-tool.ts';

const stderrLimit = 65_536;

export interface PipelineOptions {
  /** What the first tool reads; nothing where it is absent. */
  readonly input?: Readable;
  /** What the last tool's output goes to; nowhere where it is absent. */
  readonly output?: Writable;
  /** Whether `output` is ours alone, and so is whole when all is done. */
  readonly endsOutput?: boolean;
  /** Told of each piece that passes from the first tool, or from `input` where there is but one tool. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Runs tools side by side, the output of each being the input of the next. All are ended when one fails, when `signal`
 * aborts, and by the kernel when we are killed.
 * @throws ToolFailedError of the tool that failed first by itself: others may have failed for its sake
 * @throws CodedError TOOL_MISSING when it is not installed
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
    ...flows.map(async (flow) => {
      try {
        await flow;
        return undefined;
      } catch (failure) {
        // A tool that ends early breaks the pipe to it; its exit status tells why.
        if (isBrokenPipe(failure as NodeJS.ErrnoException)) return undefined;
        stop.abort();
        return failure as Error;
      }
    }),
  ]);
  signal.throwIfAborted();
  // When each was heard of says little. Who lost its reader or was ended says so; of the others the first had no other to fail for.
  const failures = settled.filter((each) => each !== undefined);
  const own = failures.filter((each) => !wasEnded(each));
  // Some end at a signal as they do at a fault, ssh with 255; but who was ended has nothing to say.
  const failure = own.find((each) => !isSilent(each)) ?? own[0] ?? failures[0];
  if (failure) throw failure;
}

/** What tools say that nobody reads any more; Node's pipes are sockets, which are reset. Of the network ssh says it otherwise. */
const lostReader = /(output|write|write error): (Broken pipe|Connection reset by peer)/;

const isSilent = (failure: Error): boolean =>
  failure instanceof ToolFailedError && failure.stderr.trim() === '';

/** By us, or by the pipe to a tool that was ending before it: 141 is SIGPIPE's, as a shell tells of it. */
const wasEnded = (failure: Error): boolean =>
  failure instanceof ToolFailedError &&
  (failure.exitCode === null || failure.exitCode === 141 || lostReader.test(failure.stderr));

function start(
  command: Command,
  signal: AbortSignal,
): { child: ChildProcess; ended: Promise<Error | undefined> } {
  const child = spawnTool(command, ['pipe', 'pipe', 'pipe']);
  const group = endGroupOnAbort(child.pid, signal);
  let stderr = '';
  child.stderr!.on('data', (part: Buffer) => {
    if (stderr.length < stderrLimit) stderr += part.toString();
  });
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  child.once('error', (failure) => resolve(spawnFailure(failure)));
  child.once('close', (code) => {
    if (code === 0) resolve(undefined);
    else
      resolve(unstarted(command, code, stderr) ?? new ToolFailedError(command, code, { stdout: '', stderr }));
  });
  return { child, ended: promise.finally(() => group[Symbol.dispose]()) };
}

function flowsOf(
  children: readonly ChildProcess[],
  { input, output, endsOutput: end = false }: PipelineOptions,
  counter: Transform,
): readonly Promise<void>[] {
  const first = children[0]!;
  const last = children.at(-1)!;
  if (!input) first.stdin!.end();
  if (!output) last.stdout!.resume();
  if (children.length === 1) {
    return [
      ...(input ? [pump(input, counter, first.stdin!)] : []),
      ...(output ? [pump(last.stdout!, ...(input ? [] : [counter]), output, { end })] : []),
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
    ...(output ? [pump(last.stdout!, output, { end })] : []),
  ];
}

const isBrokenPipe = ({ code = '' }: NodeJS.ErrnoException): boolean =>
  ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(code);
