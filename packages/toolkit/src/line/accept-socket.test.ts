import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { acceptSocket } from './accept-socket.ts';

const options = { protocol: 'birds', largestMessage: 1_024 };

async function serve() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port, [Symbol.dispose]: () => server.close() };
}

test('a client that asks for a WebSocket gets one', async () => {
  using at = await serve();
  const accepted = new Promise<WebSocket>((resolve) =>
    at.server.once('upgrade', (message, socket, head) =>
      resolve(acceptSocket({ message, socket, head }, options)),
    ),
  );
  const client = new WebSocket(`ws://127.0.0.1:${at.port}`, ['birds']);
  await once(client, 'open');
  assert.equal((await accepted).protocol, 'birds');
  client.terminate();
});

test('a client that has gone, or that asks wrongly, is refused and not waited for', async () => {
  using at = await serve();
  for (const [key, isGone, isEnded] of [
    ['', false, false],
    ['dGhlIHNhbXBsZSBub25jZQ==', true, false],
    ['dGhlIHNhbXBsZSBub25jZQ==', false, true],
  ] as const) {
    const client = connect(at.port, '127.0.0.1').on('error', () => {});
    client.write(
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    const [message, socket, head] = await once(at.server, 'upgrade');
    if (isGone) socket.destroy();
    // It cannot be written any more, but it is not closed yet.
    if (isEnded) socket.end();
    await assert.rejects(acceptSocket({ message, socket, head }, options));
    client.destroy();
    socket.destroy();
  }
});
