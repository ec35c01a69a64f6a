import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { connectConsole, connectStreams } from './guest-streams.ts';

const dir = mkdtempSync(join(tmpdir(), 'guest-streams-'));
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(dir, { recursive: true });
});
const never = new AbortController().signal;

/** Listens at a socket, and resolves with the first connection. */
async function listen(name: string): Promise<{ readonly path: string; readonly connected: Promise<Socket> }> {
  const path = join(mkdtempSync(join(dir, 's-')), name);
  const server = createServer({ allowHalfOpen: true }).listen(path);
  servers.push(server);
  await once(server, 'listening');
  return { path, connected: once(server, 'connection').then(([socket]) => socket as Socket) };
}

/** What keeps the streams of a guest, and a client that is connected with them. */
async function attached(signal = never) {
  const [stdin, stdout, stderr, control] = await Promise.all(['in', 'out', 'err', 'guest'].map(listen));
  const paths = { stdin: stdin!.path, stdout: stdout!.path, stderr: stderr!.path, control: control!.path };
  const streams = await connectStreams(paths, { since: 'start', isTerminal: true }, signal);
  assert.ok(streams.kind === 'streams');
  return {
    streams,
    stdin: stdin!,
    stdout: await stdout!.connected,
    stderr: await stderr!.connected,
    control: control!,
  };
}

const heard = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0]);

test('connectStreams: both outputs are asked for from the start, and arrive apart', async () => {
  const { streams, stdout, stderr } = await attached();
  assert.equal(await heard(stdout), 's');
  stdout.end('out');
  stderr.end('err');
  assert.deepEqual(await Promise.all([text(streams.stdout), text(streams.stderr)]), ['out', 'err']);
  streams[Symbol.dispose]();
});

test('connectStreams: a client that does not read slows the guest down', async () => {
  const { streams, stdout } = await attached();
  const [megabyte, bytes] = [Buffer.alloc(2 ** 20), 16];
  for (let sent = 0; sent < bytes; sent += 1) stdout.write(megabyte);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(stdout.writableLength > megabyte.length, 'most of it waits at the guest');
  stdout.end();
  assert.equal(
    (await streams.stdout.toArray()).reduce((sum, part: Buffer) => sum + part.length, 0),
    bytes * 2 ** 20,
  );
  streams[Symbol.dispose]();
});

test('connectStreams: the input is open once the guest is ready to read', async () => {
  const { streams, stdin } = await attached();
  let isOpen = false;
  const opening = streams.input().then((input) => {
    isOpen = true;
    return input;
  });
  const guest = await stdin.connected;
  assert.ok(!isOpen);
  guest.write('r');
  (await opening).end('typed');
  assert.equal(await text(guest), 'typed');
  streams[Symbol.dispose]();
});

test('connectStreams: a guest that is ready is told the last size of the terminal, and each new one', async () => {
  const { streams, control } = await attached();
  streams.resize({ rows: 1, columns: 2 });
  streams.resize({ rows: 24, columns: 80 });
  const guest = await control.connected;
  guest.write('r');
  assert.equal(await heard(guest), 'window 24 80\n');
  streams.resize({ rows: 25, columns: 81 });
  assert.equal(await heard(guest), 'window 25 81\n');
  streams[Symbol.dispose]();
});

test('connectStreams: all ends when the client disposes of it, or gives up', async () => {
  const stop = new AbortController();
  for (const signal of [never, stop.signal]) {
    const { streams, stdout, stdin } = await attached(signal);
    const input = streams.input();
    await stdin.connected;
    if (signal === never) streams[Symbol.dispose]();
    else stop.abort();
    await assert.rejects(input, { name: 'AbortError' });
    stdout.resume();
    await once(stdout, 'end');
  }
});

test('connectConsole: what is written arrives at the guest, and the end of the guest ends the console', async () => {
  const { path, connected } = await listen('console');
  const attachment = await connectConsole(path, never);
  assert.ok(attachment.kind === 'console');
  const guest = await connected;
  attachment.console.write('typed');
  assert.equal(await heard(guest), 'typed');
  attachment.console.resume();
  guest.end();
  await once(attachment.console, 'close');
});
