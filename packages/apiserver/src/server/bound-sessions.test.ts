import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, type Http2SecureServer, connect, createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setInterval as every, setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { CertificateFolder } from '../certificates/certificate-folder.ts';
import { type SessionTimes, boundSessions } from './bound-sessions.ts';
import { flags, frame, frameTypes, headerBlock, openByHand } from './http2-frames.sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'bound-sessions-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const tls = await new CertificateFolder(dir, systemClock).serverCredentials(
  ['127.0.0.1'],
  new AbortController().signal,
);

const never = 60_000;

/** A server that answers at once, except to `/wait`, and leaves bodies unread, but for the beginning of those to `/part`. */
async function serve(times: Partial<SessionTimes>) {
  const server: Http2SecureServer = createSecureServer(tls, (request, response) => {
    const { url } = request;
    if (url === '/wait') response.writeHead(200);
    else if (url === '/large') response.end(Buffer.alloc(2 ** 25));
    else if (url === '/part') request.once('data', () => request.pause() && response.end('done'));
    else response.end('done');
  });
  boundSessions(server, { idleMs: never, requestMs: never, takeMs: never, lingerMs: 100, ...times });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, sockets },
    open: (): ClientHttp2Session =>
      connect(`https://127.0.0.1:${port}`, { ca: tls.ca }).on('error', () => {}),
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('connections of HTTP/2', { timeout: 120_000 }, () => {
  test('one that carries no request is ended, and its client is told', async () => {
    using server = await serve({ idleMs: 300 });
    const session = server.open();
    const goaway = once(session, 'goaway');
    await once(session.request().resume(), 'close');
    await once(session, 'close');
    assert.equal((await goaway)[0], 0);
  });

  test('one is ended whose headers never end, whatever else is sent', async () => {
    using server = await serve({ idleMs: 300 });
    const socket = await openByHand(server.port, { ca: tls.ca });
    const stop = new AbortController();
    socket.once('close', () => stop.abort());
    socket.write(frame(frameTypes.headers, 0, 1, Buffer.of(0x82)));
    await assert.rejects(async () => {
      for await (const _ of every(50, undefined, { signal: stop.signal }))
        socket.write(frame(frameTypes.continuation, 0, 1));
    });
    assert.ok(socket.destroyed);
  });

  test('one is ended on which only pings come', async () => {
    using server = await serve({ idleMs: 300 });
    const socket = await openByHand(server.port, { ca: tls.ca });
    const stop = new AbortController();
    socket.once('close', () => stop.abort());
    await assert.rejects(async () => {
      for await (const _ of every(50, undefined, { signal: stop.signal }))
        socket.write(frame(frameTypes.ping, 0, 0, Buffer.alloc(8)));
    });
    assert.ok(socket.destroyed);
  });

  test('one goes on that carries a request', async () => {
    using server = await serve({ idleMs: 1_000 });
    const session = server.open();
    const stream = session.request({ ':path': '/wait' });
    await once(stream, 'response');
    await delay(1_500);
    assert.ok(!session.closed && !stream.closed);
    stream.close();
    await once(session, 'close');
  });

  test('one whose request has no end takes no more, and ends with what it carries', async () => {
    using server = await serve({ requestMs: 300 });
    const session = server.open();
    const goaway = once(session, 'goaway');
    const other = session.request({ ':path': '/wait' });
    const stream = session.request({ ':path': '/wait', ':method': 'POST' });
    stream.write('beginning');
    await Promise.all([once(other, 'response'), once(stream, 'response')]);
    await goaway;
    assert.ok(!other.closed);
    other.close();
    stream.close();
    await once(session, 'close');
  });

  test('a request that ends in time takes nothing from its connection', async () => {
    using server = await serve({ requestMs: 1_000 });
    const session = server.open();
    const stream = session.request({ ':path': '/wait', ':method': 'POST' });
    stream.end('whole');
    await delay(1_500);
    assert.ok(!session.closed);
    session.destroy();
  });

  test('a stream ends soon after its answer, whether the request ends or not', async () => {
    using server = await serve({});
    const session = server.open();
    const stream = session.request({ ':method': 'POST' });
    stream.write('beginning');
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    await once(stream, 'close');
    assert.deepEqual([text, stream.rstCode], ['done', 0]);
    assert.ok(!session.closed);
    session.destroy();
  });

  test('a stream closes after its answer, though only a part of the body was read', async () => {
    using server = await serve({ idleMs: 300 });
    const session = server.open();
    const stream = session.request({ ':method': 'POST', ':path': '/part' }).resume();
    stream.end(Buffer.alloc(50_000));
    await once(session, 'close');
  });

  test('one whose client does not take its answers is cut off, though it carries a request', async () => {
    using server = await serve({ takeMs: 300 });
    const socket = await openByHand(server.port, { ca: tls.ca });
    socket.pause();
    const window = Buffer.of(0x40, 0, 0, 0);
    socket.write(frame(frameTypes.windowUpdate, 0, 0, window));
    for (const [at, path] of ['/large', '/wait'].entries()) {
      const block = headerBlock({ ':method': 'GET', ':scheme': 'https', ':authority': 'a', ':path': path });
      socket.write(frame(frameTypes.headers, flags.endHeaders | flags.endStream, 2 * at + 1, block));
      socket.write(frame(frameTypes.windowUpdate, 0, 2 * at + 1, window));
    }
    const [held] = server.sockets;
    await once(held!, 'close');
    socket.destroy();
  });

  test('one goes on whose client takes what comes', async () => {
    using server = await serve({ takeMs: 500 });
    const session = server.open();
    await once(session.request({ ':path': '/wait' }), 'response');
    await delay(2_000);
    assert.ok(!session.closed);
    session.destroy();
  });
});
