import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CodedError } from '../errors/coded-error.ts';
import { boundConnections } from './bound-connections.ts';
import { isFromSender } from './verify-webhook.ts';

export interface WebhookOptions {
  /** An address of this host. Beyond loopback, TLS is required. */
  readonly address: string;
  readonly port: number;
  readonly secret: string;
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface WebhookServer extends AsyncDisposable {
  readonly port: number;
}

const bodyLimit = 4 * 2 ** 20;
/** The time in which a sender must connect, send its whole request and take the answer. */
const requestTimeoutMs = 10_000;
const checkEveryMs = 1_000;
const connectionsLimit = 64;
/**
 * The limit of signed requests; requests above it are refused, and the next poll sees what they reported.
 * Unsigned requests do not count.
 */
const requestsPerSecond = 20;

/**
 * Listens for `POST /hooks/NAME` and calls `trigger` with the name. A request only triggers a look at the
 * source, so a repeated one does no harm.
 * @throws CodedError WEBHOOK_INVALID if it would listen on a network without TLS
 */
export async function startWebhookServer(
  { address, port, secret, tls }: WebhookOptions,
  trigger: (name: string) => boolean,
): Promise<WebhookServer> {
  if (!tls && !/^(127\.|::1$|localhost$)/.test(address))
    throw new CodedError('WEBHOOK_INVALID', `cannot listen for webhooks on ${address} without TLS`, {
      hint: 'use a certificate and its key, or listen on 127.0.0.1 behind a proxy',
    });
  if (secret === '')
    throw new CodedError('WEBHOOK_INVALID', 'the webhook secret is empty', {
      hint: 'write a secret to its file',
    });
  const isTooMuch = limiter(requestsPerSecond);
  const onRequest: RequestListener = (asked, answer) => {
    const end = (status: number, text: string): void => {
      answer.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
    };
    const name = /^\/hooks\/([a-z0-9-]{1,63})$/.exec(asked.url ?? '')?.[1];
    if (name === undefined) return end(404, 'not found');
    if (asked.method !== 'POST') return end(405, 'POST it');
    digestOf(asked, secret).then(
      (digest) => {
        if (!isFromSender(asked.headers, digest, secret))
          return end(401, 'the signature does not match the secret');
        if (isTooMuch()) return end(429, 'too many requests');
        return trigger(name) ? end(202, 'looking') : end(404, 'there is no such sync');
      },
      () => end(413, 'the request is too large, or incomplete'),
    );
  };
  const bounds = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: checkEveryMs,
  };
  const server = tls
    ? createTlsServer({ ...bounds, ...tls, handshakeTimeout: requestTimeoutMs }, onRequest)
    : createServer(bounds, onRequest);
  server.setTimeout(requestTimeoutMs);
  const open = boundConnections(server, connectionsLimit);
  server.listen(port, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Returns the HMAC of the body. Nothing else of the body is used. */
async function digestOf(asked: IncomingMessage, secret: string): Promise<string> {
  const digest = createHmac('sha256', secret);
  let size = 0;
  for await (const part of asked as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > bodyLimit) throw new RangeError('too large');
    digest.update(part);
  }
  return digest.digest('hex');
}

function limiter(perSecond: number): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(Date.now() / 1_000);
    count = now === second ? count + 1 : 1;
    second = now;
    return count > perSecond;
  };
}
