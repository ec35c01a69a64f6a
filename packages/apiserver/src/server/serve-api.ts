import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { ListenOptions } from 'node:net';
import { boundConnections } from '@ignite/toolkit/webhook/bound-connections';
import type { TlsCredentials } from '../certificates/certificate-folder.ts';
import { isUpgrade } from '../streams/upgrade.ts';
import { type ApiOptions, apiHandler } from './api-handler.ts';
import { tlsServer } from './tls-server.ts';

/** The times in which a client must send the headers of a request, and all of it, in milliseconds. */
const times = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 60_000,
};
/** The path and headers of a request are refused if they are larger, which takes long tokens into account. */
const sizes = { maxHeaderSize: 64 * 2 ** 10 };
/** Whether the other side is still there is asked when it has said nothing for this long, in milliseconds. */
const liveness = { keepAlive: true, keepAliveInitialDelay: 30_000 };
const bounds = { ...times, ...sizes, ...liveness, shouldUpgradeCallback: isUpgrade };
const mostConnections = 2_000;
/** How long requests may take that are being answered when the server ends, in milliseconds. */
const drainMs = 10_000;

/** A server that listens. */
export interface ServedApi extends AsyncDisposable {
  readonly server: Server | Http2SecureServer;
}

/**
 * Where an API is served: a unix socket, which may be there already as the descriptor `fd`, or an address, where a
 * network is between, with TLS.
 */
export interface ApiPlace extends ListenOptions {
  readonly fd?: number;
  readonly tls?: TlsCredentials;
}

/**
 * Serves an API until it is disposed of: then watches end, and requests that were begun are answered. That may be
 * done more than once.
 */
export async function serveApi(options: ApiOptions, { tls, ...place }: ApiPlace): Promise<ServedApi> {
  const ending = new AbortController();
  const readiness = {
    name: 'shutdown',
    isOfReadiness: true,
    check: async () => ending.signal.throwIfAborted(),
  };
  const checks = [...options.checks, readiness];
  const handler = apiHandler({ ...options, checks }, ending.signal);
  const server = tls ? tlsServer(bounds, tls, handler.answer) : createServer(bounds, handler.answer);
  server.on('upgrade', handler.upgrade);
  // Node would leave out the rest of many headers, and one of them may say as whom a request is made.
  Object.assign(server, { maxHeadersCount: 0 });
  const open = boundConnections(server, mostConnections);
  server.listen(place);
  await once(server, 'listening');
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    ending.abort();
    const closed = once(server, 'close');
    server.close();
    const timer = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, drainMs);
    await closed;
    clearTimeout(timer);
  };
  return { server, [Symbol.asyncDispose]: async () => await (closing ??= close()) };
}
