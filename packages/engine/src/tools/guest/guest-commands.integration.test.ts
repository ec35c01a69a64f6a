import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { quotedWord } from '@ignite/toolkit/text/shell-word';

const root = join(import.meta.dirname, '../../../../..');
const ports = 16;
/** The environment of the entrypoint. */
const environ = { TOKEN: 'a secret', QUOTES: `it's "two"\nlines`, EMPTY: '', SHELL: '/bin/none' };
/** As in a guest, the root of process 1 has the seed, and commands run in that of the image. The guest's busybox logs its arguments. */
const script = `set -e
mount -t tmpfs tmpfs "$INIT"
cd "$INIT"
mkdir bin seed image
cp /bin/busybox bin/
printf %s "$ENVIRON" >seed/environ
mount --rbind / image
mount -t proc proc image/proc
mount -t tmpfs tmpfs image/run
mkdir image/run/ignite
printf '#!/bin/sh\ncat /proc/$$/cmdline >>/run/ignite/arguments\nexec /bin/busybox "$@"\n' >image/run/ignite/busybox
chmod +x image/run/ignite/busybox
exec chroot . /bin/busybox sh -c 'busybox chroot /image perl "$@"; exit' sh "$@"`;

let dir: string;
let guest: ChildProcess;
const sockets: string[] = [];
const closing = new AsyncDisposableStack();

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guest-commands-'));
  const descriptors = Array.from({ length: ports }, (_, at) => at + 3);
  const init = mkdtempSync(join(dir, 'init-'));
  const words = Object.entries(environ).map(([name, value]) => quotedWord(`${name}=${value}`));
  const args = [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--',
    'sh',
    '-c',
    script,
    'sh',
    join(root, 'guest/serve-commands'),
  ];
  guest = spawn('unshare', [...args, ...descriptors.map(String)], {
    env: { ...process.env, INIT: init, ENVIRON: words.join(' ') },
    stdio: ['ignore', 'inherit', 'inherit', ...descriptors.map(() => 'pipe' as const)],
  });
  for (const at of descriptors) {
    const path = join(dir, `${at}.sock`);
    // A descriptor is a port that can be used once, since its guest cannot be told that the client has left and another one has come.
    const server = createServer((client) => {
      server.close();
      const port = guest.stdio[at] as Duplex;
      client.pipe(port).pipe(client);
      for (const each of [client, port]) each.on('error', () => {});
      client.once('close', () => port.destroy());
    });
    server.listen(path);
    await once(server, 'listening');
    closing.defer(() => void server.close());
    sockets.push(path);
  }
});
after(async () => {
  guest.kill('SIGKILL');
  await closing.disposeAsync();
  rmSync(dir, { recursive: true });
});

/** Starts the client of the host, on a port that nobody has used. */
function start(line: string, terminal = ''): ChildProcess {
  const socket = sockets.shift();
  assert.ok(socket);
  const locks = mkdtempSync(join(dir, 'locks-'));
  return spawn('perl', [join(root, 'host/guest-command'), locks, '60', terminal, line, socket]);
}

async function run(line: string, input: Uint8Array = Buffer.alloc(0), terminal = '') {
  const client = start(line, terminal);
  client.stdin!.on('error', () => {}); // a command need not read its input
  client.stdin!.end(input);
  const ended = once(client, 'close');
  const [stdout, stderr] = await Promise.all([buffer(client.stdout!), buffer(client.stderr!)]);
  const [code] = (await ended) as [number];
  return { code, stdout: String(stdout), stderr: String(stderr) };
}

test('a command has its own streams, byte for byte, and its exit status is ours', async () => {
  assert.deepEqual(await run('echo out; echo err >&2; exit 7'), {
    code: 7,
    stdout: 'out\n',
    stderr: 'err\n',
  });
  assert.deepEqual(await run('kill -TERM $$'), { code: 143, stdout: '', stderr: '' });
  const noise = randomBytes(3_000_001);
  const sum = createHash('sha256').update(noise).digest('hex');
  assert.equal((await run('sha256sum', noise)).stdout, `${sum}  -\n`);
  const client = start('cat; echo end >&2');
  client.stdin!.end(noise);
  const [stdout, stderr] = await Promise.all([buffer(client.stdout!), buffer(client.stderr!)]);
  assert.ok(stdout.equals(noise));
  assert.equal(String(stderr), 'end\n');
});

test('a command has the environment of the entrypoint, of which nobody but root is shown anything', async () => {
  const line = `printf '%s|' "$TOKEN" "$QUOTES" "\${EMPTY-none}" "$SHELL" "$HOME"; tr '\\0' ' ' </run/ignite/arguments`;
  const { stdout } = await run(line);
  const [token, quotes, empty, shell, home, ...shown] = stdout.split('|');
  assert.deepEqual(
    [token, quotes, empty, shell, home],
    [environ.TOKEN, environ.QUOTES, environ.EMPTY, '/bin/sh', '/root'],
  );
  assert.match(shown.join('|'), /busybox setsid/);
  assert.doesNotMatch(shown.join('|'), /secret/);
});

test('a command line may be as long as Linux lets an argument be', async () => {
  const { code, stdout } = await run(`echo ${'x'.repeat(131_000)}`);
  assert.deepEqual([code, stdout.length], [0, 131_001]);
});

test('a command that reads nothing ends all the same', async () => {
  assert.deepEqual(await run('exec <&-; echo done', randomBytes(1_000_000)), {
    code: 0,
    stdout: 'done\n',
    stderr: '',
  });
});

test('a reader that stops stops the command, and no other one', async () => {
  const client = start('head -c 20000000 /dev/zero');
  const ended = once(client, 'close');
  assert.equal((await run('echo other')).stdout, 'other\n');
  assert.equal(client.exitCode, null);
  assert.equal((await buffer(client.stdout!)).length, 20_000_000);
  assert.deepEqual(await ended, [0, null]);
});

test('a command is hung up when its client is killed, and killed if it does not heed that', async () => {
  const path = join(dir, 'hung-up');
  const polite = start(
    `exec 2>/dev/null; trap 'echo polite >>${path}; exit' HUP; echo up; while :; do sleep 0.1; done`,
  );
  await once(polite.stdout!, 'data');
  polite.kill('SIGKILL');
  const rude = start('trap "" HUP; echo $$; while :; do sleep 0.1; done');
  const [pid] = (await once(rude.stdout!, 'data')) as [Buffer];
  rude.kill('SIGKILL');
  const { stdout } = await run(
    `until [ -f ${path} ] && ! kill -0 ${String(pid).trim()} 2>/dev/null; do sleep 0.1; done; cat ${path}`,
  );
  assert.equal(stdout, 'polite\n');
});

test('a command has a terminal of the size that was asked for', async () => {
  const { code, stdout } = await run('tty | cut -c 1-8; stty size; exit 3', Buffer.alloc(0), '33 99');
  assert.deepEqual([code, stdout], [3, '/dev/pts\r\n33 99\r\n']);
});

test('a client that finds no guest, or loses it, says so', async () => {
  const mute = createServer((client) => void delay(200).then(() => client.destroy())).listen(
    join(dir, 'mute'),
  );
  closing.defer(() => void mute.close());
  const client = spawn('perl', [join(root, 'host/guest-command'), dir, '1', '', 'true', join(dir, 'mute')]);
  const ended = once(client, 'close');
  assert.equal(String(await buffer(client.stderr)), 'ignite: the guest does not answer\n');
  assert.deepEqual(await ended, [255, null]);
  const lost = start('echo up; cat');
  await once(lost.stdout!, 'data');
  const over = once(lost, 'close');
  guest.kill('SIGKILL');
  assert.equal(String(await buffer(lost.stderr!)), 'ignite: the guest is gone\n');
  assert.deepEqual(await over, [255, null]);
});
