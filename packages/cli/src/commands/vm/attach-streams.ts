import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { VmAttachment } from '@ignite/api/client/vm-client';
import type { Invocation } from '../../arguments/command.ts';
import type { Writer } from '../../io.ts';
import { DetachKeys } from './detach-keys.ts';

const refusedPollMs = 20;
const refusedMs = 30_000;

type Streams = VmAttachment & { readonly kind: 'streams' };

/** The output that is requested; see `VmAttachment`. */
export type OutputSince = 'start' | 'now';

/**
 * Connects our standard streams with those of a guest's entrypoint, until both of its outputs have ended or
 * the user detaches from its terminal. Rejects, and shows nothing, if the guest is gone already.
 */
export async function attachStreams(
  streams: Streams,
  since: OutputSince,
  { io, signal: asked }: Invocation,
): Promise<'ended' | 'detached'> {
  const stop = new AbortController();
  const signal = AbortSignal.any([asked, stop.signal]);
  try {
    using stdout = await connectTo(streams.stdout, signal);
    using stderr = await connectTo(streams.stderr, signal);
    const out = streams.isTerminal && process.stdout.isTTY ? ownLineEnds(io.out) : io.out;
    const output = Promise.all([show(stdout, since, out), show(stderr, since, io.err)]);
    const input = passInput(streams, signal).catch(() => 'ended' as const); // an entrypoint may end before its input
    if (streams.isTerminal && process.stdout.isTTY) void passWindow(streams.control, signal).catch(() => {});
    const ended = output.then(() => 'ended' as const);
    return await Promise.race([ended, input.then((how) => (how === 'detached' ? how : ended))]);
  } finally {
    stop.abort();
  }
}

/** Our terminal adds the carriage returns by itself, also when it is raw (libuv's UV_TTY_MODE_RAW). */
const ownLineEnds = (to: Writer): Writer => ({
  write: (part) =>
    to.write(
      typeof part === 'string'
        ? part
        : Buffer.from(Buffer.from(part).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    ),
});

async function show(socket: Socket, since: OutputSince, to: Writer): Promise<void> {
  socket.write(since === 'start' ? 's' : 'n');
  socket.on('data', (part) => to.write(part));
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('end', resolve).once('close', resolve);
  await promise;
}

async function passInput(
  { stdin: path, isTerminal }: Streams,
  signal: AbortSignal,
): Promise<'ended' | 'detached'> {
  using socket = await connectTo(path, signal);
  await once(socket, 'data', { signal });
  const { stdin } = process;
  const { promise, resolve } = Promise.withResolvers<'ended' | 'detached'>();
  const keys = new DetachKeys();
  const isRaw = isTerminal && stdin.isTTY;
  const onInput = (typed: Buffer): void => {
    if (isRaw && keys.areIn(typed)) resolve('detached');
    else if (!socket.write(typed)) stdin.pause();
  };
  const onEnd = (): unknown => socket.end();
  const onDrain = (): unknown => stdin.resume();
  socket.on('drain', onDrain).once('close', () => resolve('ended'));
  if (isRaw) stdin.setRawMode(true);
  stdin.on('data', onInput).once('end', onEnd);
  try {
    return await promise;
  } finally {
    socket.off('drain', onDrain);
    stdin.off('data', onInput).off('end', onEnd).pause();
    if (isRaw) stdin.setRawMode(false);
  }
}

async function passWindow(path: string, signal: AbortSignal): Promise<void> {
  using socket = await connectTo(path, signal);
  await once(socket, 'data', { signal });
  const { stdout } = process;
  const tell = (): boolean => socket.write(`window ${stdout.rows} ${stdout.columns}\n`);
  tell();
  stdout.on('resize', tell);
  try {
    await once(socket, 'close', { signal });
  } finally {
    stdout.off('resize', tell);
  }
}

/**
 * Connects to a socket. It tries again for a while, because a socket exists a moment before anybody listens
 * on it.
 */
async function connectTo(path: string, signal: AbortSignal): Promise<Socket & Disposable> {
  for (const began = Date.now(); ; await delay(refusedPollMs, undefined, { signal })) {
    const socket = connect({ path, allowHalfOpen: true });
    try {
      await once(socket, 'connect', { signal });
      return disposable(socket, signal);
    } catch (failure) {
      socket.destroy();
      const { code } = failure as NodeJS.ErrnoException;
      if (code !== 'ECONNREFUSED' || Date.now() - began > refusedMs) throw failure;
    }
  }
}

function disposable(socket: Socket, signal: AbortSignal): Socket & Disposable {
  const destroy = (): void => void socket.destroy();
  socket.on('error', () => {}); // the end of the socket tells enough
  signal.addEventListener('abort', destroy, { once: true });
  return Object.assign(socket, {
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', destroy);
      destroy();
    },
  });
}
