import type { Readable } from 'node:stream';
import type { GuestStreams } from '@ignite/api/client/vm-streams';
import type { Invocation } from '../../arguments/command.ts';
import type { Writer } from '../../io.ts';
import { DetachKeys } from './detach-keys.ts';
import { followWindow } from './follow-window.ts';

/**
 * Connects our standard streams with those of a guest's entrypoint, until both of its outputs have ended or
 * the user detaches from its terminal. The connection ends with that.
 */
export async function attachStreams(
  streams: GuestStreams & Disposable,
  { io }: Invocation,
): Promise<'ended' | 'detached'> {
  using connection = streams;
  const { isTerminal, stdout, stderr } = connection;
  const out = isTerminal && process.stdout.isTTY ? ownLineEnds(io.out) : io.out;
  const output = Promise.all([show(stdout, out), show(stderr, io.err)]);
  const input = passInput(streams).catch(() => 'ended' as const); // an entrypoint may end before its input
  using _window = isTerminal && process.stdout.isTTY ? ownWindow(streams) : undefined;
  const ended = output.then(() => 'ended' as const);
  return await Promise.race([ended, input.then((how) => (how === 'detached' ? how : ended))]);
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

async function show(output: Readable, to: Writer): Promise<void> {
  output.on('data', (part: Buffer) => to.write(part));
  const { promise, resolve } = Promise.withResolvers<void>();
  output.once('end', resolve).once('close', resolve);
  await promise;
}

async function passInput(streams: GuestStreams): Promise<'ended' | 'detached'> {
  const guest = await streams.input();
  const { stdin } = process;
  const { promise, resolve } = Promise.withResolvers<'ended' | 'detached'>();
  const keys = new DetachKeys();
  const isRaw = streams.isTerminal && stdin.isTTY;
  const onInput = (typed: Buffer): void => {
    if (isRaw && keys.areIn(typed)) resolve('detached');
    else if (!guest.write(typed)) stdin.pause();
  };
  const onEnd = (): unknown => guest.end();
  const onDrain = (): unknown => stdin.resume();
  guest.on('drain', onDrain).once('close', () => resolve('ended'));
  if (isRaw) stdin.setRawMode(true);
  stdin.on('data', onInput).once('end', onEnd);
  try {
    return await promise;
  } finally {
    guest.off('drain', onDrain);
    stdin.off('data', onInput).off('end', onEnd).pause();
    if (isRaw) stdin.setRawMode(false);
  }
}

/** Gives the guest's terminal the size of ours, now and until disposed. */
function ownWindow({ resize }: GuestStreams): Disposable {
  const { rows, columns } = process.stdout;
  resize({ rows, columns });
  return followWindow(resize);
}
