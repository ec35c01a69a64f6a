import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { assertPortsFree } from './host-ports.ts';

const tcp = (hostPort: number, bindAddress?: string): PortMapping => ({
  hostPort,
  vmPort: 80,
  protocol: 'tcp',
  ...(bindAddress !== undefined && { bindAddress }),
});

test('assertPortsFree: a port that a program listens on is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await assert.rejects(assertPortsFree([tcp(port)], []), { code: 'PORT_TAKEN' });
  await assertPortsFree([{ ...tcp(port), protocol: 'udp' }], []);
  await assertPortsFree([tcp(port)], [], true);
  server.close();
  await once(server, 'close');
  await assertPortsFree([tcp(port)], []);
});

test('assertPortsFree: the same for UDP', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const port: PortMapping = { ...tcp(socket.address().port), protocol: 'udp' };
  await assert.rejects(assertPortsFree([port], []), { code: 'PORT_TAKEN' });
  socket.close();
});

test('assertPortsFree: what another VM publishes is taken, on the same address or on all', async () => {
  await assert.rejects(assertPortsFree([tcp(40_001)], [tcp(40_001, '127.0.0.1')]), { code: 'PORT_TAKEN' });
  await assertPortsFree([tcp(40_001, '127.0.0.2')], [tcp(40_001, '127.0.0.1')]);
  await assertPortsFree([tcp(40_002)], [tcp(40_001)]);
  for (const [one, other] of [
    ['0.0.0.0', '127.0.0.1'],
    ['127.0.0.1', '0.0.0.0'],
    ['::', '::1'],
    ['::1', '0:0:0:0:0:0:0:1'],
  ] as const)
    await assert.rejects(assertPortsFree([tcp(40_001, one)], [tcp(40_001, other)], true), {
      code: 'PORT_TAKEN',
    });
  await assertPortsFree([tcp(40_001, '::')], [tcp(40_001, '0.0.0.0')], true);
  await assert.rejects(assertPortsFree([tcp(40_001)], [tcp(40_001)], true), { code: 'PORT_TAKEN' });
});
