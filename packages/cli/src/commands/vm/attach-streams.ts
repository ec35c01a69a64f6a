import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import type { VmAttachment } from '@ignite/api/client/vm-client';
import type { Invocation } from '../../arguments/command.ts';
import type { Writer } from '../../io.ts';
import { DetachKeys } from './detach-keys.ts';

type Streams = VmAttachment & { readonly kind: 'streams' };

/** How output is asked for: see `VmAttachment`. */
export type OutputSince = 'start' | 'now';

/**
 * Connects our standard streams with those of a guest's entrypoint until both of its outputs have ended, or the user
 * detaches from its terminal.
 */
export async function attachStreams(
  streams: Streams,
  since: OutputSince,
  { io, signal: asked }: Invocation,
): Promise<'ended' | 'detached'> {
  const stop = new AbortController();
  const signal = AbortSignal.any([asked, stop.signal]);
  try {
    const output = Promise.all([
      show(streams.stdout, since, io.out, signal),
      show(streams.stderr, since, io.err, signal),
    ]);
    const input = passInput(streams, signal).catch(() => 'ended' as const); // a guest may be done before it has read all
    if (streams.isTerminal && process.stdout.isTTY) void passWindow(streams.control, signal).catch(() => {});
    const ended = output.then(() => 'ended' as const);
    return await Promise.race([ended, input.then((how) => (how === 'detached' ? how : ended))]);
  } finally {
    stop.abort();
  }
}

async function show(path: string, since: OutputSince, to: Writer, signal: AbortSignal): Promise<void> {
  using socket = await connectTo(path, signal);
  socket.write(since === 'start' ? 's' : 'n');
  for await (const part of socket) to.write(part as Uint8Array);
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

async function connectTo(path: string, signal: AbortSignal): Promise<Socket & Disposable> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => {}); // its end tells as much
  try {
    await once(socket, 'connect', { signal });
  } catch (failure) {
    socket.destroy();
    throw failure;
  }
  const destroy = (): void => void socket.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  return Object.assign(socket, {
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', destroy);
      destroy();
    },
  });
}
