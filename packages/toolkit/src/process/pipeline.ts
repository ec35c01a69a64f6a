import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { endGroupOnAbort } from './process-group.ts';
import { type Command, ToolFailedError } from './runner.ts';
import { spawnFailure, spawnTool, unstarted } from './spawn-tool.ts';

const stderrLimit = 65_536;

export interface PipelineOptions {
  /** The input of the first tool; it is empty if absent. */
  readonly input?: Readable;
  /** The destination of the last tool's output; the output is discarded if absent. */
  readonly output?: Writable;
  /** Ends `output` when the pipeline is done. It is for an output that nobody else writes to. */
  readonly endsOutput?: boolean;
  /**
   * Called with the number of bytes of each chunk that leaves the first tool, or `input` if there is only one
   * tool.
   */
  readonly onBytes?: (count: number) => void;
}

/**
 * Runs tools at the same time, each reading the output of the one before. All are ended when one fails or
 * `signal` aborts. The kernel ends them when this process is killed.
 * @throws ToolFailedError of the tool that failed by itself first, since others may have failed because of it
 * @throws CodedError TOOL_MISSING if a tool is not installed
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
  // The order in which failures are reported says little. A tool that lost its reader or was ended says so.
  // Of the remaining tools, the first one in the pipeline has failed by itself.
  const failures = settled.filter((each) => each !== undefined);
  const own = failures.filter((each) => !wasEnded(each));
  // Some tools exit on a signal as they do on a fault (ssh with 255), but print nothing then.
  const failure = own.find((each) => !isSilent(each)) ?? own[0] ?? failures[0];
  if (failure) throw failure;
}

/**
 * Matches what tools print when nobody reads their output any more. Node's pipes are sockets, which are
 * reset. ssh words errors of the network in another way.
 */
const lostReader = /(output|write|write error): (Broken pipe|Connection reset by peer)/;

const isSilent = (failure: Error): boolean =>
  failure instanceof ToolFailedError && failure.stderr.trim() === '';

/**
 * Tells whether a tool was ended by this process or by a broken pipe. A shell reports SIGPIPE as status 141.
 */
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
