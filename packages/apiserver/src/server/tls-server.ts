import { type Http2SecureServer, createSecureServer } from 'node:http2';
import type { IncomingMessage, ServerOptions } from 'node:http';
import { clientCertificates } from '../authentication/certificate-authenticator.ts';
import type { TlsCredentials } from '../certificates/certificate-folder.ts';
import type { ApiHandler } from './api-handler.ts';
import { boundSessions } from './bound-sessions.ts';

const handshakeTimeout = 10_000;
/** The most requests at a time on a connection of HTTP/2, as in Kubernetes. A client with more opens another one. */
const mostStreams = 100;
/** What the smallest header counts, in bytes (RFC 9113, 6.5.2). */
const smallestHeader = 32;
/** While more waits to be sent on a connection of HTTP/2, it gets no more requests: in megabytes. */
const mostUnsent = 256;
/** The time in which a client must take what waits to be sent to it, in milliseconds. */
const takeMs = 60_000;
/** The time for which the other side may leave open what was ended, in milliseconds. */
const lingerMs = 1_000;

/** The limits of a server of HTTP/1.1, some of which hold for both versions. */
interface Http1Bounds extends ServerOptions {
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
  readonly keepAliveTimeout: number;
  readonly requestTimeout: number;
  readonly maxHeaderSize: number;
  readonly shouldUpgradeCallback: (message: IncomingMessage) => boolean;
}

/** Returns a server with TLS whose clients choose HTTP/2 or HTTP/1.1. Only the latter goes on with other protocols. */
export function tlsServer(
  bounds: Http1Bounds,
  tls: TlsCredentials,
  answer: ApiHandler['answer'],
): Http2SecureServer {
  const { keepAlive, keepAliveInitialDelay, maxHeaderSize, shouldUpgradeCallback } = bounds;
  const server = createSecureServer(
    {
      ...tls,
      ...clientCertificates,
      ...{ handshakeTimeout, keepAlive, keepAliveInitialDelay, noDelay: true },
      ...{ allowHTTP1: true, http1Options: bounds },
      settings: { maxConcurrentStreams: mostStreams, maxHeaderListSize: maxHeaderSize },
      maxHeaderListPairs: maxHeaderSize / smallestHeader,
      maxSessionMemory: mostUnsent,
      // Node would leave out headers with spaces around their values, and one of them may say as whom a request is made.
      strictFieldWhitespaceValidation: false,
    },
    answer,
  );
  // Node does not take this one from the options.
  Object.assign(server, { shouldUpgradeCallback });
  const { keepAliveTimeout: idleMs, requestTimeout: requestMs } = bounds;
  boundSessions(server, { idleMs, requestMs, takeMs, lingerMs });
  return server;
}
