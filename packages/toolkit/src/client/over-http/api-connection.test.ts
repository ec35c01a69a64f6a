import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { ApiConnection } from './api-connection.ts';

test('ApiConnection: an answer that is too long is given up, and so is a line', async () => {
  const server = createServer((_request, answer) => answer.end(JSON.stringify('a'.repeat(1_000))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const access = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const request = { method: 'GET', path: '/' } as const;
    using large = new ApiConnection(access, { answerLimit: 1_002 });
    assert.equal(await large.call(request), 'a'.repeat(1_000));
    using small = new ApiConnection(access, { answerLimit: 1_001 });
    const tooLong = (failure: Error): boolean => /more than 1001 characters/.test(String(failure.cause));
    await assert.rejects(small.call(request), tooLong);
    await assert.rejects(Array.fromAsync(small.lines(request)), tooLong);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
