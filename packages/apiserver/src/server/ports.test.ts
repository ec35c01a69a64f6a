import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Server, connect, createServer } from 'node:net';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer, text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { PortConnector } from '../resource/connector.ts';
import { kubectls, startKubectl } from './kubectl.sample.ts';
import { servePod } from './pods.sample.ts';

/** A server that sends everything back, and closes after that. */
async function echoServer(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A machine at whose port 80 a server listens, and nothing at others. */
const machineOf = (server: Server): PortConnector => ({
  kind: 'ports',
  open: async () => async (port) => {
    if (port !== 80) throw new ObjectError('SERVER_UNREACHABLE', 'nothing listens there');
    const { port: real } = server.address() as AddressInfo;
    const socket = connect({ port: real, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  },
});

/** Forwards a port until it is disposed of. */
async function forward(kubectl: string, url: string, port: number) {
  const child = startKubectl(kubectl, url, ['port-forward', 'web', `:${port}`, '--address=127.0.0.1']);
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const local = Number(/127\.0\.0\.1:([0-9]+)/.exec(line)?.[1]);
  return {
    ...{ child, port: local },
    /** Sends bytes to the end, and returns all that comes back. */
    async send(bytes: Uint8Array): Promise<Buffer> {
      const socket = connect({ port: local, host: '127.0.0.1', allowHalfOpen: true });
      socket.end(bytes);
      return await buffer(socket);
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

for (const kubectl of kubectls)
  describe(`${basename(kubectl)} port-forward`, { timeout: 120_000 }, () => {
    test('several connections at once pass bytes both ways, and their ends', async () => {
      const echo = await echoServer();
      await using server = await servePod({ portforward: machineOf(echo) });
      using forwarded = await forward(kubectl, server.url, 80);
      const sent = Array.from({ length: 6 }, () => randomBytes(3 * 2 ** 20));
      const received = await Promise.all(sent.map(async (bytes) => await forwarded.send(bytes)));
      for (const [at, bytes] of received.entries()) assert.ok(bytes.equals(sent[at]!), `connection ${at}`);
      assert.equal((await forwarded.send(Buffer.from('again'))).toString(), 'again');
      echo.close();
    });

    test('a server that answers and closes is asked again and again', async () => {
      const greeter = createServer((socket) => {
        socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nhello'));
      }).listen(0, '127.0.0.1');
      await once(greeter, 'listening');
      await using server = await servePod({ portforward: machineOf(greeter) });
      using forwarded = await forward(kubectl, server.url, 80);
      for (let count = 0; count < 5; count += 1)
        assert.equal(await (await fetch(`http://127.0.0.1:${forwarded.port}/`)).text(), 'hello');
      greeter.close();
    });

    test('a port at which nothing listens is told', async () => {
      const echo = await echoServer();
      await using server = await servePod({ portforward: machineOf(echo) });
      using forwarded = await forward(kubectl, server.url, 81);
      const told = text(forwarded.child.stderr);
      assert.equal((await forwarded.send(Buffer.from('x'))).length, 0);
      forwarded.child.kill();
      assert.match(await told, /error forwarding port 81: nothing listens there/);
      echo.close();
    });
  });
