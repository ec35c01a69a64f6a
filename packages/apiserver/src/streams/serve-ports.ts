import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWebSocketStream } from 'ws';
import type { Headers } from '../spdy/header-inflater.ts';
import { SpdySession } from '../spdy/spdy-session.ts';
import type { SpdyStream } from '../spdy/spdy-stream.ts';
import { acceptSpdy } from './accept-spdy.ts';
import { acceptWebSocket } from './accept-web-socket.ts';
import { closeMs } from './command-channels.ts';
import type { ServedPorts } from './served-ports.ts';
import { portProtocol, portsQuery, servePortChannels } from './port-channels.ts';
import { type Upgrade, isWebSocket, spokenProtocol } from './upgrade.ts';

const protocol = 'portforward.k8s.io';

/** The two streams of a connection with a port: its bytes, and what went wrong with it. */
interface Pair {
  readonly data: SpdyStream;
  readonly error: SpdyStream;
}

/**
 * Connects a client with ports, over as many connections as it opens, until it closes or `signal` aborts.
 * @throws ObjectError BAD_REQUEST if the client speaks no protocol that we do
 */
export async function servePorts(upgrade: Upgrade, ports: ServedPorts): Promise<void> {
  if (isWebSocket(upgrade.message)) await serveWebSocket(upgrade, ports);
  else {
    acceptSpdy(upgrade, [protocol]);
    await serveConnection(upgrade.socket, ports);
  }
}

/** Newer clients speak SPDY within a WebSocket, so that proxies let it pass. Others have channels in it. */
async function serveWebSocket(upgrade: Upgrade, ports: ServedPorts): Promise<void> {
  const inSpdy = `SPDY/3.1+${protocol}`;
  const spoken = spokenProtocol(upgrade.message.headers['sec-websocket-protocol'], [inSpdy, portProtocol]);
  const wanted = spoken === portProtocol ? portsQuery(ports.query) : [];
  const socket = await acceptWebSocket(upgrade, [spoken]);
  if (spoken === portProtocol) await servePortChannels(socket, wanted, ports);
  else await serveConnection(createWebSocketStream(socket), ports);
}

async function serveConnection(connection: Duplex, ports: ServedPorts): Promise<void> {
  const waiting = new Map<string, SpdyStream>();
  using session = new SpdySession(connection, {
    isWanted: (headers) => portIn(headers) !== undefined && typeIn(headers) !== undefined,
    opened: (stream) => {
      const pair = paired(waiting, stream);
      if (pair) void forward(pair, ports, AbortSignal.any([ports.signal, session.closed]));
    },
  });
  const until = AbortSignal.any([ports.signal, session.closed]);
  if (!until.aborted) await once(until, 'abort');
  await session.finish(closeMs).catch(() => {});
}

function portIn(headers: Headers): number | undefined {
  const port = Number(headers.get('port'));
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}

function typeIn(headers: Headers): keyof Pair | undefined {
  const type = headers.get('streamtype');
  return type === 'data' || type === 'error' ? type : undefined;
}

/** Returns the pair that a stream completes. The other stream of the pair has the same ID and another type. */
function paired(waiting: Map<string, SpdyStream>, stream: SpdyStream): Pair | undefined {
  const id = stream.headers.get('requestid') ?? '';
  const other = waiting.get(id);
  if (!other || typeIn(other.headers) === typeIn(stream.headers)) {
    waiting.set(id, stream);
    stream.once('close', () => waiting.get(id) === stream && waiting.delete(id));
    return undefined;
  }
  waiting.delete(id);
  return typeIn(stream.headers) === 'data' ? { data: stream, error: other } : { data: other, error: stream };
}

/**
 * Passes bytes between a client and a port until the server at the port has ended. Clients close their side only after
 * that is told by the end of the error stream.
 */
async function forward(
  { data, error }: Pair,
  { dial, statusOf }: ServedPorts,
  signal: AbortSignal,
): Promise<void> {
  const port = portIn(data.headers)!;
  error.resume();
  try {
    const remote = await dial(port, signal);
    data.pipe(remote);
    await pipeline(remote, data, { signal });
    remote.destroy();
    // What the client still sends is dropped, so that its other connections need not wait.
    data.resume();
    error.end();
  } catch (failure) {
    const isOver = signal.aborted || data.isGivenUp;
    error.end(isOver ? undefined : `error forwarding port ${port}: ${statusOf(failure).message ?? ''}`);
    data.destroy();
  }
}
