import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { serveGarden } from './api-server.sample.ts';

/** The most writes of one user that are answered at once. */
const places = 50;

for (const protocol of ['websocket', 'SPDY/3.1'])
  test(`a body that is cut off takes no place for good, though its request asks for ${protocol}`, async () => {
    await using server = await serveGarden(new MemoryStore());
    const path = '/api/v1/namespaces';
    const { port, host } = new URL(server.url);
    const cut = async (): Promise<void> => {
      const socket = connect({ port: Number(port), host: '127.0.0.1' });
      await once(socket, 'connect');
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nConnection: Upgrade\r\n` +
          `Upgrade: ${protocol}\r\nContent-Length: 100\r\n\r\n{"a"`,
      );
      await delay(50);
      socket.destroy();
    };
    await Promise.all(Array.from({ length: places }, cut));
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } });
    const headers = { 'content-type': 'application/json' };
    const write = async (): Promise<number> =>
      (await fetch(`${server.url}${path}`, { method: 'POST', headers, body })).status;
    let code = await write();
    for (let tries = 0; code === 429 && tries < 50; tries += 1) {
      await delay(50);
      code = await write();
    }
    assert.equal(code, 201);
  });
