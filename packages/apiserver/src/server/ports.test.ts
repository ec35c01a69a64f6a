import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Server, connect, createServer } from 'node:net';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer, text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { PortConnector } from '../resource/connector.ts';
import { kubectls, startKubectl } from './kubectl.sample.ts';
import { podPath, servePod } from './pods.sample.ts';

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

describe('ports over the channels of a WebSocket', { timeout: 120_000 }, () => {
  const open = (url: string, ports: string): WebSocket =>
    new WebSocket(`${url.replace('http', 'ws')}${podPath}/portforward?ports=${ports}`, [
      'v5.channel.k8s.io',
      'v4.channel.k8s.io',
    ]);

  test('bytes of several ports pass both ways, after the numbers of the ports', async () => {
    const echo = await echoServer();
    await using server = await servePod({ portforward: machineOf(echo) });
    const socket = open(server.url, '80&ports=80&ports=81');
    const received = new Map<number, Buffer>();
    socket.on('message', ([channel, ...bytes]: Buffer) => {
      const before = received.get(channel!) ?? Buffer.alloc(0);
      received.set(channel!, Buffer.concat([before, Buffer.from(bytes)]));
    });
    await once(socket, 'open');
    const sent = [randomBytes(300_000), randomBytes(200_000)] as const;
    for (const [at, bytes] of sent.entries()) socket.send(Buffer.concat([Buffer.of(at * 2), bytes]));
    const lengthOf = (channel: number): number => received.get(channel)?.length ?? 0;
    const isFailed = (): boolean => lengthOf(5) > 2;
    while (lengthOf(0) < 300_002 || lengthOf(2) < 200_002 || !isFailed()) await once(socket, 'message');
    for (const [channel, port] of [80, 80, 80, 80, 81, 81].entries())
      assert.equal(received.get(channel)!.readUInt16LE(), port);
    for (const [at, bytes] of sent.entries())
      assert.ok(
        received
          .get(at * 2)!
          .subarray(2)
          .equals(bytes),
      );
    assert.equal(received.get(5)!.subarray(2).toString(), 'error forwarding port 81: nothing listens there');
    socket.close();
    await once(socket, 'close');
    echo.close();
  });

  test('the connection is closed when the servers at all its ports have ended', async () => {
    const greeter = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(greeter, 'listening');
    await using server = await servePod({ portforward: machineOf(greeter) });
    const socket = open(server.url, '80');
    let said = '';
    socket.on('message', (bytes: Buffer) => void (bytes[0] === 0 && (said += bytes.subarray(1).toString())));
    const [code] = (await once(socket, 'close')) as [number];
    assert.deepEqual([code, said.slice(2)], [1000, 'hello']);
    greeter.close();
  });

  test('no ports, and what is none, are refused', async () => {
    const echo = await echoServer();
    await using server = await servePod({ portforward: machineOf(echo) });
    for (const ports of ['', '0', '65536', 'http']) {
      const [failure] = (await once(open(server.url, ports), 'error').catch((error: unknown) => [error])) as [
        Error,
      ];
      assert.match(failure.message, /Unexpected server response: 400/, ports);
    }
    echo.close();
  });
});

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
