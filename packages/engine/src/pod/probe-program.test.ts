import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isAnswering } from './probe-program.ts';

test('isAnswering: a question that is given up before it is asked fails alone, and not the whole process', async () => {
  const server = createServer((socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const asked = isAnswering(
      { probe: { port, path: '/' } },
      '127.0.0.1',
      AbortSignal.abort(new Error('ended')),
    );
    await assert.rejects(asked, /ended/);
    // The request fails only after that, once its connection is closed.
    await delay(100);
  } finally {
    server.close();
  }
});
