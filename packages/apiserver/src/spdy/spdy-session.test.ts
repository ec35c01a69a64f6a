import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { headerDeflater } from './header-block.sample.ts';
import { SpdySession } from './spdy-session.ts';
import type { SpdyStream } from './spdy-stream.ts';
import { dataFrame, pingFrame, resetFrame } from './write-frames.ts';

/** A session that accepts the streams whose type is `good`, and the client's side of its connection. */
function openSession() {
  const [client, connection] = duplexPair();
  const streams: SpdyStream[] = [];
  const session = new SpdySession(connection, {
    isWanted: (headers) => headers.get('streamtype') === 'good',
    opened: (stream) => void streams.push(stream),
  });
  const deflate = headerDeflater();
  return {
    ...{ client, session, streams },
    async open(streamId: number, type = 'good'): Promise<void> {
      const block = await deflate({ streamtype: type });
      const head = Buffer.alloc(18);
      head.writeUInt32BE(0x8003_0001);
      head.writeUInt32BE(block.length + 10, 4);
      head.writeUInt32BE(streamId, 8);
      client.write(Buffer.concat([head, block]));
    },
    [Symbol.dispose]: () => session[Symbol.dispose](),
  };
}

/** Reads as many bytes as there are in some. */
async function expect(client: Duplex, hex: string): Promise<void> {
  let read: Buffer | null = null;
  while ((read = client.read(hex.length / 2) as Buffer | null) === null) await once(client, 'readable');
  assert.equal(read.toString('hex'), hex);
}

const reply = (streamId: string, first = ''): string =>
  `80030002000000${first === '' ? '12' : '14'}${streamId}${first}000400fbff00000000000000ffff`;

test('a stream is accepted, passes bytes both ways, and ends each way on its own', async () => {
  using opened = openSession();
  await opened.open(1);
  await expect(opened.client, reply('00000001', '7801'));
  const [stream] = opened.streams;
  opened.client.write(dataFrame(1, Buffer.from('in'), true));
  const ended = once(stream!, 'end');
  assert.equal(String((await once(stream!, 'data'))[0]), 'in');
  await ended;
  stream!.end('out');
  await expect(opened.client, dataFrame(1, Buffer.from('out'), false).toString('hex'));
  await expect(opened.client, dataFrame(1, Buffer.alloc(0), true).toString('hex'));
});

test('a stream that is not wanted is refused, and pings are answered', async () => {
  using opened = openSession();
  await opened.open(1, 'bad');
  await expect(opened.client, resetFrame(1, 3).toString('hex'));
  opened.client.write(pingFrame(41));
  await expect(opened.client, pingFrame(41).toString('hex'));
  assert.deepEqual(opened.streams, []);
});

test('there are at most 200 streams at a time', async () => {
  using opened = openSession();
  opened.client.resume();
  for (let id = 1; id <= 401; id += 2) await opened.open(id);
  opened.client.write(resetFrame(1, 5));
  while (opened.streams.length < 200) await new Promise(setImmediate);
  await once(opened.streams[0]!, 'close');
  assert.equal(opened.streams.length, 200);
  await opened.open(403);
  while (opened.streams.length < 201) await new Promise(setImmediate);
});

test('a stream that nobody reads makes the client wait, and not the memory grow', async () => {
  using opened = openSession();
  opened.client.resume();
  await opened.open(1);
  while (opened.streams.length === 0) await new Promise(setImmediate);
  const piece = dataFrame(1, Buffer.alloc(2 ** 16), false);
  let pieces = 0;
  while (opened.client.write(piece)) {
    pieces += 1;
    await new Promise(setImmediate);
  }
  assert.ok(pieces < 32, `${pieces} pieces were taken`);
  opened.streams[0]!.resume();
  await once(opened.client, 'drain');
});

test('a client that numbers streams wrongly, or does not speak SPDY, is disconnected with all its streams', async () => {
  for (const wrong of [1, 2]) {
    using opened = openSession();
    opened.client.resume();
    await opened.open(1);
    await opened.open(wrong);
    await once(opened.session.closed, 'abort');
    assert.equal(opened.streams[0]?.destroyed, true);
  }
  using opened = openSession();
  opened.client.write('GET / HTTP/1.1\r\n\r\n');
  opened.client.resume();
  opened.client.end();
  await once(opened.session.closed, 'abort');
});
