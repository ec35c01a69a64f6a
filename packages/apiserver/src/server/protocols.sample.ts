import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import {
  type ClientHttp2Session,
  type IncomingHttpHeaders as Http2Headers,
  connect,
  constants,
} from 'node:http2';
import { Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { ServerTls } from '@ignite/toolkit/client/over-http/server-access';
import { flags, frame, frameTypes, headerBlock, openByHand, resetCode } from './http2-frames.sample.ts';

export interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** Whether more of the body would follow, which never comes. */
  readonly isUnfinished?: boolean;
}

export interface Begun {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** Says that the rest of the answer is not wanted. */
  readonly breakOff: () => void;
}

export interface Answered {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A client that speaks one version of HTTP, on one connection if it can. */
export interface ProtocolClient extends Disposable {
  /** Resolves when the answer has begun. */
  begin(asked: Asked): Promise<Begun>;
  ask(asked: Asked): Promise<Answered>;
}

const whole = async ({ code, headers, body }: Begun): Promise<Answered> => ({
  code,
  headers,
  body: await buffer(body),
});

/** A client of HTTP/1.1. */
export function http1Client(url: string, tls: ServerTls): ProtocolClient {
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 1, ALPNProtocols: ['http/1.1'] });
  const begin = async ({
    path,
    method = 'GET',
    headers,
    body,
    isUnfinished = false,
  }: Asked): Promise<Begun> => {
    const sent = request(`${url}${path}`, { method, agent, ...(headers && { headers }) });
    if (body !== undefined) sent.write(body);
    if (isUnfinished) sent.flushHeaders();
    else sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const { statusCode: code = 0 } = answer;
    return { code, headers: answer.headers, body: answer, breakOff: () => void answer.destroy() };
  };
  return {
    begin,
    ask: async (asked) => await whole(await begin(asked)),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** A session of HTTP/2 as a client has it, and what it is used for. */
export interface Http2Client extends ProtocolClient {
  readonly session: ClientHttp2Session;
}

/** A client of HTTP/2. */
export function http2Client(url: string, tls: ServerTls): Http2Client {
  const session = connect(url, tls).on('error', () => {});
  const begin = async ({
    path,
    method = 'GET',
    headers,
    body,
    isUnfinished = false,
  }: Asked): Promise<Begun> => {
    const endStream = body === undefined && !isUnfinished;
    const stream = session.request({ ':path': path, ':method': method, ...headers }, { endStream });
    if (body !== undefined) stream.write(body);
    if (!isUnfinished && !endStream) stream.end();
    const [answer] = (await once(stream, 'response')) as [Http2Headers & { readonly ':status': number }];
    return { code: answer[':status'], headers: answer, body: stream, breakOff: () => stream.close() };
  };
  return {
    session,
    begin,
    ask: async (asked) => await whole(await begin(asked)),
    [Symbol.dispose]: () => session.destroy(),
  };
}

type Cut = (
  url: string,
  tls: ServerTls,
  asked: Required<Pick<Asked, 'path' | 'headers' | 'body'>>,
) => Promise<void>;

/** Sends a POST of HTTP/1.1 whose body breaks off. */
const cutHttp1: Cut = async (url, tls, { path, headers, body }) => {
  const { host, port } = new URL(url);
  const socket = connectTls({ ...tls, host: '127.0.0.1', port: Number(port) });
  await once(socket, 'secureConnect');
  const all = { host, 'content-length': 10_000, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${String(body)}`);
  await delay(cutMs);
  socket.destroy();
};

/** Sends a POST of HTTP/2 whose body breaks off. Node's own client would end it first. */
const cutHttp2: Cut = async (url, tls, { path, headers, body }) => {
  const { host, port } = new URL(url);
  const socket = await openByHand(Number(port), tls);
  const pseudo = { ':method': 'POST', ':scheme': 'https', ':authority': host, ':path': path };
  const block = headerBlock({ ...pseudo, ...(headers as Readonly<Record<string, string>>) });
  socket.write(frame(frameTypes.headers, flags.endHeaders, 1, block));
  socket.write(frame(frameTypes.data, 0, 1, Buffer.from(body)));
  await delay(cutMs);
  socket.write(frame(frameTypes.rstStream, 0, 1, resetCode(constants.NGHTTP2_CANCEL)));
  socket.end();
};

/** The time after which the server has read what came before, in milliseconds. */
const cutMs = 100;

/** The versions of HTTP that a server with TLS speaks. */
export const protocols = {
  'HTTP/1.1': { open: http1Client, cut: cutHttp1 },
  'HTTP/2': { open: http2Client, cut: cutHttp2 },
} as const;
