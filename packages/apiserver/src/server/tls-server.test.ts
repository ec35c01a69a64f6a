import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ServerHttp2Stream, connect, constants } from 'node:http2';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import type { CommandConnector } from '../resource/connector.ts';
import { flags, frame, frameTypes, headerBlock, openByHand, resetCode } from './http2-frames.sample.ts';
import { podPath, servePod } from './pods.sample.ts';
import { http1Client, http2Client } from './protocols.sample.ts';
import { type SecureGarden, serveSecureGarden, withCertificate } from './secure-garden.sample.ts';

const path = '/api/v1/namespaces';
const timeout = 120_000;

/** Returns what a server says of its limits in the error of a stream that goes beyond them. */
async function streamError(garden: SecureGarden, headers: Readonly<Record<string, string>>): Promise<string> {
  using client = http2Client(garden.url, { ca: garden.ca });
  const failure = await client.ask({ path, headers }).catch((error: unknown) => error);
  return failure instanceof Error ? failure.message : 'it was answered';
}

describe('clients that choose HTTP/2', { timeout }, () => {
  test('they are chosen by TLS, and those that choose nothing have HTTP/1.1', async () => {
    await using garden = await serveSecureGarden();
    const chosen = async (...ALPNProtocols: readonly string[]): Promise<string | false | null> => {
      const { port } = new URL(garden.url);
      const socket = connectTls({
        host: '127.0.0.1',
        port: Number(port),
        ca: garden.ca,
        ALPNProtocols: [...ALPNProtocols],
      });
      await once(socket, 'secureConnect');
      socket.destroy();
      return socket.alpnProtocol;
    };
    assert.equal(await chosen('h2', 'http/1.1'), 'h2');
    assert.equal(await chosen('http/1.1'), 'http/1.1');
    assert.equal(await chosen(), false);
  });

  test('they are told of the limits, which hold', async () => {
    await using garden = await serveSecureGarden();
    using client = http2Client(garden.url, { ca: garden.ca });
    await client.ask({ path });
    assert.partialDeepStrictEqual(client.session.remoteSettings, {
      ...{ maxConcurrentStreams: 100, maxHeaderListSize: 64 * 2 ** 10, enableConnectProtocol: false },
    });
    assert.match(await streamError(garden, { x: 'y'.repeat(60_000) }), /it was answered/);
    assert.match(await streamError(garden, { x: 'y'.repeat(66_000) }), /closed|ENHANCE_YOUR_CALM|error/i);
  });

  test('headers are all read, or the request is refused', async () => {
    const seen: number[] = [];
    await using garden = await serveSecureGarden({
      authenticator: {
        authenticate: async ({ headers }) => {
          seen.push(Object.keys(headers).filter((name) => name.startsWith('x-')).length);
          return { name: 'ada', groups: [] };
        },
      },
    });
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, 'y'] as const));
    assert.equal(await streamError(garden, many(1_500)), 'it was answered');
    assert.notEqual(await streamError(garden, many(2_100)), 'it was answered');
    assert.deepEqual(seen, [1_500]);
  });

  test('one that begins and breaks off thousands of requests is cut off', async () => {
    await using garden = await serveSecureGarden();
    const { port, host } = new URL(garden.url);
    const socket = await openByHand(Number(port), { ca: garden.ca });
    const ended = once(socket, 'end');
    const block = headerBlock({ ':method': 'GET', ':scheme': 'https', ':authority': host, ':path': path });
    let sent = 0;
    while (!socket.readableEnded && sent < 20_000) {
      const stream = 2 * sent + 1;
      const begin = frame(frameTypes.headers, flags.endHeaders | flags.endStream, stream, block);
      const reset = frame(frameTypes.rstStream, 0, stream, resetCode(constants.NGHTTP2_CANCEL));
      if (socket.writable) socket.write(Buffer.concat([begin, reset]));
      sent += 1;
      if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    assert.ok(sent < 20_000, `${sent} requests were taken`);
    using client = http2Client(garden.url, { ca: garden.ca });
    assert.equal((await client.ask({ path })).code, 200);
  });

  test('one user has so many watches and no more, on however many connections', async () => {
    await using garden = await serveSecureGarden();
    using clients = new DisposableStack();
    const begun = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const client = clients.use(http2Client(garden.url, { ca: garden.ca }));
        const watches = Array.from({ length: 100 }, () => client.begin({ path: `${path}?watch=true` }));
        return await Promise.all(watches);
      }),
    );
    assert.deepEqual([...new Set(begun.flat().map(({ code }) => code))], [200]);
    const client = clients.use(http2Client(garden.url, { ca: garden.ca }));
    const watch = async (): Promise<number> =>
      (await client.ask({ path: `${path}?watch=true&timeoutSeconds=1` })).code;
    assert.equal(await watch(), 429);
    assert.equal((await client.ask({ path })).code, 200);
    begun[0]![0]!.breakOff();
    while ((await watch()) === 429);
  });

  test('answers are broken off of which nothing is taken, also small ones', async () => {
    await using garden = await serveSecureGarden();
    const session = connect(garden.url, { ca: garden.ca, settings: { initialWindowSize: 0 } });
    for (const asked of [path, `${path}?watch=true&timeoutSeconds=1`]) {
      const begun = once(garden.served.server, 'stream');
      const taken = session.request({ ':path': asked });
      const broken = once(taken, 'error');
      const [answered] = (await begun) as [ServerHttp2Stream & { readonly timeout?: number }];
      while (!answered.writableEnded) await delay(20);
      assert.equal(answered.timeout, 60_000);
      answered.emit('timeout');
      await broken;
      assert.equal(taken.rstCode, constants.NGHTTP2_INTERNAL_ERROR);
    }
    session.destroy();
  });

  test('one that nobody knows gets its answer, and no more on its connection', async () => {
    await using garden = await serveSecureGarden({ authenticator: { authenticate: async () => undefined } });
    for (const [asked, code] of [
      [path, 401],
      ['/version', 200],
    ] as const) {
      using client = http2Client(garden.url, { ca: garden.ca });
      const goaway = once(client.session, 'goaway');
      assert.equal((await client.ask({ path: asked })).code, code);
      assert.equal((await goaway)[0], constants.NGHTTP2_NO_ERROR);
    }
  });
});

describe('clients that choose HTTP/1.1', { timeout }, () => {
  test('they have the limits of a server without TLS', async () => {
    await using garden = await serveSecureGarden();
    assert.partialDeepStrictEqual(Object.fromEntries(Object.entries(garden.served.server)), {
      ...{ headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 60_000 },
      ...{ maxHeaderSize: 64 * 2 ** 10, maxHeadersCount: 0, connectionsCheckingInterval: 5_000 },
    });
    using client = http1Client(garden.url, { ca: garden.ca });
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`x-${at}`, 'y'] as const));
    assert.equal((await client.ask({ path, headers: many })).code, 200);
    assert.equal((await client.ask({ path, headers: { x: 'y'.repeat(70_000) } })).code, 431);
  });

  test('one that never ends its headers is told so', async () => {
    await using garden = await serveSecureGarden();
    const { port, host } = new URL(garden.url);
    const socket = connectTls({ host: '127.0.0.1', port: Number(port), ca: garden.ca });
    await once(socket, 'secureConnect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n`);
    assert.match(await text(socket), /^HTTP\/1\.1 408 /);
  });

  test('their requests go on with other protocols, on the same port as HTTP/2', async () => {
    const exec: CommandConnector = {
      kind: 'command',
      open:
        async () =>
        async ({ stdout }) => {
          stdout!.write('done\n');
          return 0;
        },
    };
    await using tls = await withCertificate();
    await using server = await servePod({ exec }, {}, tls);
    const url = `${server.url.replace('https', 'wss')}${podPath}/exec?command=x&stdout=true`;
    const socket = new WebSocket(url, ['v5.channel.k8s.io'], { ca: tls.ca });
    const messages: Buffer[] = [];
    socket.on('message', (message: Buffer) => messages.push(message));
    await once(socket, 'close');
    assert.deepEqual(messages[0], Buffer.from('\u0001done\n'));
    using client = http2Client(server.url, { ca: tls.ca });
    const { code, body } = await client.ask({ path: `${podPath}/exec?command=x`, method: 'POST' });
    assert.deepEqual([code, /Upgrade request required/.test(body.toString())], [400, true]);
  });

  test('what asks for a protocol that there is not is answered as it is', async () => {
    await using garden = await serveSecureGarden();
    using client = http1Client(garden.url, { ca: garden.ca });
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'content-type': 'application/json' };
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } });
    assert.equal((await client.ask({ path, method: 'POST', headers, body })).code, 201);
  });
});
