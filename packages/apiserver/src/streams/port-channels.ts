import { once } from 'node:events';
import { type Duplex, Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { WebSocket } from 'ws';
import { closeMs } from './command-channels.ts';
import type { ServedPorts } from './served-ports.ts';

/** The protocol in which the first byte of a message names the stream of a port that the rest belongs to. */
export const portProtocol = 'v4.channel.k8s.io';

const mostPorts = 64;

/**
 * Pure. Reads which ports a client wants to be connected with.
 * @throws ObjectError BAD_REQUEST
 */
export function portsQuery(query: URLSearchParams): readonly number[] {
  const ports = query.getAll('ports').flatMap((each) => each.split(',').map(Number));
  if (ports.length === 0) throw badRequest('query parameter "ports" is required');
  if (ports.length > mostPorts || ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535))
    throw badRequest(`query parameter "ports" must have at most ${mostPorts} numbers from 1 to 65535`);
  return ports;
}

/** One connection with each of some ports, over a WebSocket. Each has a channel of bytes, and one of what went wrong. */
export async function servePortChannels(
  socket: WebSocket,
  ports: readonly number[],
  served: ServedPorts,
): Promise<void> {
  const closed = new AbortController();
  const signal = AbortSignal.any([served.signal, closed.signal]);
  const inputs = ports.map(() => new Readable({ read: () => socket.resume() }).on('error', () => {}));
  socket.on('message', (message: Buffer) => {
    const [channel = 0] = message;
    const input = channel % 2 === 0 ? inputs[channel / 2] : undefined;
    if (message.length > 1 && input?.push(message.subarray(1)) === false) socket.pause();
  });
  // An error is followed by the closing.
  socket.on('error', () => {});
  socket.once('close', () => {
    closed.abort();
    for (const each of inputs) each.destroy();
  });
  const work = ports.map(async (port, at) => {
    const [data, error] = [at * 2, at * 2 + 1].map((channel) => channelTo(socket, channel, port));
    await forward({ port, input: inputs[at]!, data: data!, error: error! }, served, signal);
  });
  await Promise.all(work);
  socket.resume();
  socket.close(1000);
  if (socket.readyState !== WebSocket.CLOSED)
    await once(socket, 'close', { signal: AbortSignal.timeout(closeMs) }).catch(() => socket.terminate());
}

/** Returns a channel of a port to the client, which begins with the number of the port. */
function channelTo(socket: WebSocket, channel: number, port: number): Writable {
  const write = (bytes: Buffer, _encoding: unknown, done: (failure?: Error | null) => void): void =>
    socket.send(Buffer.concat([Buffer.of(channel), bytes]), (failure) => done(failure ?? null));
  const writable = new Writable({ write }).on('error', () => {});
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  writable.write(number);
  return writable;
}

interface PortStreams {
  readonly port: number;
  readonly input: Readable;
  readonly data: Writable;
  readonly error: Writable;
}

/** Passes bytes both ways until the server at the port has ended. */
async function forward(
  { port, input, data, error }: PortStreams,
  { dial, statusOf }: ServedPorts,
  signal: AbortSignal,
): Promise<void> {
  let remote: Duplex | undefined;
  try {
    remote = await dial(port, signal);
    input.pipe(remote);
    await pipeline(remote, data, { signal });
  } catch (failure) {
    if (!signal.aborted) error.write(`error forwarding port ${port}: ${statusOf(failure).message ?? ''}`);
  } finally {
    remote?.destroy();
    // What the client still sends is dropped, so that its other ports need not wait.
    input.unpipe().resume();
    error.end();
    await finished(error, { signal }).catch(() => {});
  }
}
