import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyPem } from '@ignite/apiserver/certificates/pem-pairs';
import { makeCertificate } from '@ignite/toolkit/certificates/sign-certificate';
import { httpsFetch } from './https-fetch.ts';

test('a connection that is reset amid the answer fails the fetch, and nothing else', async () => {
  const hourMs = 3_600_000;
  const pair = makeCertificate({
    subject: { name: 'issuer' },
    use: { type: 'server', names: ['127.0.0.1'] },
    notBefore: new Date(Date.now() - hourMs),
    notAfter: new Date(Date.now() + hourMs),
  });
  const connections: Socket[] = [];
  const server = createServer({ key: keyPem(pair), cert: pair.certificate }, (_asked, answer) => {
    answer.writeHead(200, { 'content-length': '100' });
    answer.write('{"issuer":');
    setTimeout(() => connections.forEach((each) => each.resetAndDestroy()), 50);
  });
  server.on('connection', (connection: Socket) => connections.push(connection));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await assert.rejects(httpsFetch(pair.certificate)(`https://127.0.0.1:${port}/`));
  await sleep(50); // an error that nobody listens to comes later
  server.close();
});
