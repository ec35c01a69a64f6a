import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isFromSender } from './verify-webhook.ts';
import { startWebhookServer } from './webhook-server.ts';

const secret = 'shared';
const sign = (body: string): string => createHmac('sha256', secret).update(body).digest('hex');

test('isFromSender: each forge has its way, and none without the secret', () => {
  const hmac = sign('{"ref":"x"}');
  for (const headers of [
    { 'x-hub-signature-256': `sha256=${hmac}` },
    { 'x-signature-256': `sha256=${hmac}` },
    { 'x-gitea-signature': hmac },
    { 'x-gitlab-token': secret },
  ])
    assert.ok(isFromSender(headers, hmac, secret), JSON.stringify(headers));
  for (const headers of [
    {},
    { 'x-hub-signature-256': `sha256=${sign('other')}` },
    { 'x-hub-signature-256': `sha256=${hmac.slice(1)}` },
    { 'x-gitlab-token': 'wrong' },
    { 'x-hub-signature-256': 'sha256=', 'x-gitlab-token': secret },
  ])
    assert.ok(!isFromSender(headers, hmac, secret), JSON.stringify(headers));
});

describe('startWebhookServer', () => {
  test('a signed request has us look; anything else does not', async () => {
    const triggered: string[] = [];
    const known = (name: string): boolean => {
      if (name !== 'site') return false;
      triggered.push(name);
      return true;
    };
    await using server = await startWebhookServer({ address: '127.0.0.1', port: 0, secret }, known);
    const ask = async (path: string, body: string, signature: string, method = 'POST'): Promise<number> => {
      const headers = { 'x-hub-signature-256': `sha256=${signature}` };
      const asked = { method, headers, ...(method === 'POST' && { body }) };
      return (await fetch(`http://127.0.0.1:${server.port}${path}`, asked)).status;
    };
    assert.equal(await ask('/hooks/site', '{}', sign('{}')), 202);
    assert.equal(await ask('/hooks/site', '{}', sign('{} ')), 401);
    assert.equal(await ask('/hooks/other', '{}', sign('{}')), 404);
    assert.equal(await ask('/hooks/../x', '{}', sign('{}')), 404);
    assert.equal(await ask('/hooks/site', '{}', sign('{}'), 'GET'), 405);
    const large = 'x'.repeat(5 * 2 ** 20);
    assert.notEqual(await ask('/hooks/site', large, sign(large)).catch(() => 413), 202);
    assert.deepEqual(triggered, ['site']);
  });

  test('a client that asks too often is told so', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() }); // all requests fall within one second, however busy this host is
    await using server = await startWebhookServer({ address: '127.0.0.1', port: 0, secret }, () => true);
    const headers = { 'x-gitlab-token': secret };
    const statuses = await Promise.all(
      Array.from(
        { length: 60 },
        async () =>
          (await fetch(`http://127.0.0.1:${server.port}/hooks/a`, { method: 'POST', headers })).status,
      ),
    );
    assert.ok(statuses.includes(429) && statuses.includes(202));
  });

  test('who does not sign uses up nothing of what those have who do', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    await using server = await startWebhookServer({ address: '127.0.0.1', port: 0, secret }, () => true);
    const ask = async (token: string): Promise<number> => {
      const headers = { 'x-gitlab-token': token };
      return (await fetch(`http://127.0.0.1:${server.port}/hooks/a`, { method: 'POST', headers })).status;
    };
    for (let unsigned = 0; unsigned < 60; unsigned += 1) assert.equal(await ask('wrong'), 401);
    assert.equal(await ask(secret), 202);
  });

  test('a signed request is answered while others hold open all the connections that there may be', async () => {
    await using server = await startWebhookServer({ address: '127.0.0.1', port: 0, secret }, () => true);
    const held: Socket[] = [];
    const open = async (localAddress: string): Promise<Socket> => {
      const socket = connect({ port: server.port, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined);
      held.push(socket);
      await once(socket, 'connect');
      return socket;
    };
    const slow = await open('127.0.0.1');
    slow.write(`POST /hooks/a HTTP/1.1\r\nHost: x\r\nX-Gitlab-Token: ${secret}\r\n`);
    let ended = 0;
    for (let at = 0; at < 300; at += 1) {
      const socket = await open('127.0.0.2');
      socket.once('close', () => (ended += 1));
      if (at % 3 === 1) socket.write('POST /hooks/a HTTP/1.1\r\n');
      if (at % 3 === 2) socket.write('POST /hooks/a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx');
    }
    const headers = { 'x-gitlab-token': secret };
    const asked = await fetch(`http://127.0.0.1:${server.port}/hooks/a`, { method: 'POST', headers });
    assert.equal(asked.status, 202);
    // A connection from another address that came before all of them is still served to its end.
    slow.write('Content-Length: 0\r\n\r\n');
    const [answer] = (await once(slow, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1.1 202 /);
    while (ended < 300 - 64) await delay(10);
    for (const socket of held) socket.destroy();
  });

  test('the server does not listen on a network without TLS, nor without a secret', async () => {
    for (const options of [
      { address: '0.0.0.0', port: 0, secret },
      { address: '127.0.0.1', port: 0, secret: '' },
    ])
      await assert.rejects(
        startWebhookServer(options, () => true),
        { code: 'WEBHOOK_INVALID' },
      );
  });
});
