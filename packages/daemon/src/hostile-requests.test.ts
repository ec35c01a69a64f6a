import assert from 'node:assert/strict';
import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ApiOptions } from '@ignite/apiserver/server/api-handler';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import {
  flags,
  frame,
  frameTypes,
  headerBlock,
  openByHand,
} from '@ignite/apiserver/server/http2-frames.sample';
import { http2Client } from '@ignite/apiserver/server/protocols.sample';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import type { ServerTls } from '@ignite/toolkit/client/over-http/server-access';
import { serveApiSocket } from './api-socket.ts';
import { openServedApi } from './served-api.sample.ts';

/** Sends bytes as they are, and returns the status of each answer until the server hangs up. */
async function answersTo(socketPath: string, sent: string | Buffer): Promise<readonly number[]> {
  const socket = connect(socketPath);
  socket.on('error', () => {}); // the server may hang up before it has read all
  socket.write(sent);
  const said = await text(socket).catch(() => '');
  return [...said.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => Number(code));
}

const maps = '/api/v1/namespaces/default/configmaps';
const head = (method: string, path: string, ...headers: readonly string[]): string =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', ''].join('\r\n');

describe('requests that mean two things, or too much', () => {
  test('no request is hidden in another one', async () => {
    await using api = await openServedApi();
    const hidden = head('GET', '/version');
    const length = `Content-Length: ${hidden.length}`;
    const json = 'Content-Type: application/json';
    for (const [name, sent] of [
      ['both lengths', head('POST', maps, json, length, 'Transfer-Encoding: chunked') + `0\r\n\r\n${hidden}`],
      ['two lengths', head('POST', maps, json, length, 'Content-Length: 0') + hidden],
      ['an unknown coding', head('POST', maps, json, 'Transfer-Encoding: xchunked') + hidden],
      ['a folded header', head('GET', maps, 'X-A: b\r\n Impersonate-User: ada')],
      ['a space before the colon', head('GET', maps, 'Impersonate-User : ada')],
      ['a bare return', head('GET', maps, 'X-A: b\rImpersonate-User: ada')],
      ['no host', `GET ${maps} HTTP/1.1\r\nConnection: close\r\n\r\n`],
    ] as const)
      assert.deepEqual(await answersTo(api.socket, sent), [400], name);
  });

  test('headers are all read, or the request is refused', async () => {
    await using api = await openServedApi();
    const few = Array.from({ length: 3_000 }, (_, at) => `X-${at}: y`);
    const asAda = [...few, 'Impersonate-User: ada'];
    assert.deepEqual(await answersTo(api.socket, head('GET', maps, ...few)), [200]);
    assert.deepEqual(await answersTo(api.socket, head('GET', maps, ...asAda)), [403], 'ada may not');
    assert.deepEqual(await answersTo(api.socket, head('GET', maps, `X: ${'y'.repeat(70_000)}`)), [431]);
    assert.deepEqual(await answersTo(api.socket, head('GET', `${maps}?${'y'.repeat(70_000)}`)), [431]);
  });

  test('bodies are refused by their size, and not unpacked', async () => {
    await using api = await openServedApi();
    const json = 'Content-Type: application/json';
    const large = 3 * 2 ** 20 + 1;
    assert.deepEqual(
      await answersTo(api.socket, head('POST', maps, json, `Content-Length: ${large}`)),
      [413],
    );
    const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20));
    const packed = head('POST', maps, json, `Content-Length: ${bomb.length}`, 'Content-Encoding: gzip');
    assert.deepEqual(await answersTo(api.socket, Buffer.concat([Buffer.from(packed), bomb])), [415]);
    assert.deepEqual(await answersTo(api.socket, head('GET', '/livez')), [200]);
  });
});

/** Tells whether a server answers the headers of a request of HTTP/2, rather than to reset it or to hang up. */
async function answersHeaders(port: number, tls: ServerTls, headers: Readonly<Record<string, string>>) {
  const socket = await openByHand(port, tls);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let received = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    received = Buffer.concat([received, part]);
    for (let at = 0; at + 9 <= received.length; at += 9 + received.readUIntBE(at, 3)) {
      const type = received[at + 3];
      if (type === frameTypes.headers || type === frameTypes.rstStream) resolve(type === frameTypes.headers);
    }
  });
  socket.once('close', () => resolve(false));
  socket.write(frame(frameTypes.headers, flags.endHeaders | flags.endStream, 1, headerBlock(headers)));
  const isAnswered = await promise;
  socket.destroy();
  return isAnswered;
}

test('no request of HTTP/2 says what belongs to a connection of HTTP/1.1', async () => {
  await using api = await openServedApi();
  const { url, tls = {} } = await readKubeconfig(join(api.dir, 'kubeconfig'));
  const { host, port } = new URL(url);
  const plain = { ':method': 'GET', ':scheme': 'https', ':authority': host, ':path': maps };
  assert.equal(await answersHeaders(Number(port), tls, plain), true);
  for (const [name, more] of [
    ['a coding', { 'transfer-encoding': 'chunked' }],
    ['a connection', { connection: 'close' }],
    ['another protocol', { connection: 'upgrade', upgrade: 'websocket' }],
    ['a header in capitals', { 'Impersonate-User': 'ada' }],
    ['a length without a body', { 'content-length': '5' }],
    ['a path of another server', { ':path': 'http://other/api/v1/secrets' }],
    ['a WebSocket (RFC 8441)', { ':method': 'CONNECT', ':protocol': 'websocket' }],
  ] as const)
    assert.equal(await answersHeaders(Number(port), tls, { ...plain, ...more }), false, name);
  using client = http2Client(url, tls);
  const asAda = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, 'y'] as const));
  const answer = await client.ask({ path: maps, headers: { ...asAda, 'impersonate-user': 'ada' } });
  assert.equal(answer.code, 403, 'ada may not');
});

test('a header of HTTP/2 with spaces around its value is not left out', async () => {
  await using api = await openServedApi();
  const { url, tls = {} } = await readKubeconfig(join(api.dir, 'kubeconfig'));
  const { host, port } = new URL(url);
  const socket = await openByHand(Number(port), tls);
  const plain = { ':method': 'GET', ':scheme': 'https', ':authority': host, ':path': maps };
  const block = headerBlock({ ...plain, 'impersonate-user': ' ada ' });
  socket.write(frame(frameTypes.headers, flags.endHeaders | flags.endStream, 1, block));
  let said = '';
  for await (const part of socket) {
    said += String(part);
    if (said.includes('"kind"')) break;
  }
  assert.match(said, /Forbidden/, 'it is made as somebody who may not');
});

test('a link in the place of the socket is replaced, and what it leads to stays as it is', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'api-link-'));
  using store = new MemoryStore();
  const api: ApiOptions = {
    client: new StoreObjectClient(store, []),
    resources: () => [],
    authenticator: { authenticate: async () => undefined },
    authorizer: { authorize: async () => ({ isAllowed: false, reason: '' }) },
    checks: [],
    product: 'test',
    log: () => {},
  };
  try {
    const [path, target] = [join(dir, 'api.sock'), join(dir, 'target')];
    await writeFile(target, 'kept', { mode: 0o644 });
    for (const name of ['api.sock', '.api']) await symlink(target, join(dir, name));
    {
      await using _served = await serveApiSocket(api, path);
      const found = await lstat(path);
      assert.deepEqual([found.isSocket(), found.mode & 0o777], [true, 0o600]);
    }
    assert.deepEqual([await readFile(target, 'utf8'), (await lstat(target)).mode & 0o777], ['kept', 0o644]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
