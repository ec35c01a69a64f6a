import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { ListenOptions } from 'node:net';
import { boundConnections } from '@ignite/toolkit/webhook/bound-connections';
import { type ApiOptions, apiHandler } from './api-handler.ts';

/** The times in which a client must send the headers of a request, and all of it, in milliseconds. */
const bounds = { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 5_000 };
const mostConnections = 2_000;
/** How long requests may take that are being answered when the server ends, in milliseconds. */
const drainMs = 10_000;

/** A server that listens. */
export interface ServedApi extends AsyncDisposable {
  readonly server: Server;
}

/**
 * Serves an API until it is disposed of: then watches end, and requests that were begun are answered. That may be
 * done more than once.
 */
export async function serveApi(options: ApiOptions, place: ListenOptions): Promise<ServedApi> {
  const ending = new AbortController();
  const readiness = {
    name: 'shutdown',
    check: async () => ending.signal.throwIfAborted(),
  };
  const checks = [...options.checks, readiness];
  const server = createServer(
    { ...bounds, keepAliveTimeout: 60_000 },
    apiHandler({ ...options, checks }, ending.signal),
  );
  const open = boundConnections(server, mostConnections);
  server.listen(place);
  await once(server, 'listening');
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    ending.abort();
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, drainMs);
    await closed;
    clearTimeout(timer);
  };
  return { server, [Symbol.asyncDispose]: async () => await (closing ??= close()) };
}
