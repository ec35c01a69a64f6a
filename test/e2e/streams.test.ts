import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { type Hash, createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const root = join(import.meta.dirname, '../..');
/** IGNITE_STREAM_ROUNDS and IGNITE_STREAM_MB set higher numbers. */
const rounds = Number(process.env['IGNITE_STREAM_ROUNDS'] ?? 1);
const megabytes = Number(process.env['IGNITE_STREAM_MB'] ?? 100);

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(216);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Yields random bytes, and adds them to `hash`. */
async function* noise(bytes: number, hash: Hash): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0; left -= 65_536) {
    const part = randomFillSync(Buffer.alloc(Math.min(left, 65_536)));
    hash.update(part);
    yield part;
  }
}

async function digestOf(stream: Readable): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of stream) {
    hash.update(part);
    size += part.length;
  }
  return { size, sha256: hash.digest('hex') };
}

const start = (...args: readonly string[]) =>
  spawn(join(root, 'bin/ignite'), [...args], { env: ignite.env, stdio: 'pipe' });

test('run -i in a pipe: 100 MB there and back are the same bytes', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const size = megabytes * 1_000_000;
    const sent = createHash('sha256');
    const child = start('run', '-i', 'busybox', '--', 'cat');
    child.stderr.resume();
    const [came] = await Promise.all([
      digestOf(child.stdout),
      pipeline(noise(size, sent), child.stdin),
      once(child, 'exit'),
    ]);
    assert.deepEqual(came, { size, sha256: sent.digest('hex') });
    assert.equal(child.exitCode, 0);
  }
});

test('run -i in a pipe: 100,000 lines on each output at once arrive whole and apart', async () => {
  const script = 'seq 1 100000 & seq 1 100000 >&2; wait; exit 6';
  for (let round = 0; round < rounds; round += 1) {
    const { code, stdout, stderr } = await ignite.run(
      'run',
      '-i',
      'busybox',
      '--name',
      `lines-${round}`,
      '--',
      'sh',
      '-c',
      script,
    );
    const lines = Array.from({ length: 100_000 }, (_, at) => `${at + 1}\n`).join('');
    assert.equal(code, 6);
    assert.ok(stdout === lines, 'stdout is as it was written');
    assert.ok(
      stderr.endsWith(`\n${lines}`) && stderr.split('\n').length <= 100_010,
      'stderr is as it was written',
    );
    const logged = await ignite.run('logs', `lines-${round}`);
    assert.ok(logged.stdout === lines && logged.stderr === lines, 'logs has both, apart');
  }
});

test('run -i in a pipe: a reader that is slow misses nothing, and the VM ends once it has all', async () => {
  const child = start('run', '-i', 'busybox', '--', 'sh', '-c', 'head -c 20000000 /dev/zero; exit 2');
  child.stderr.resume();
  const slowly = new Transform({
    transform: (part, _encoding, done) => setTimeout(() => done(null, part), 5),
  });
  const [came] = await Promise.all([digestOf(child.stdout.pipe(slowly)), once(child, 'exit')]);
  assert.equal(came.size, 20_000_000);
  assert.equal(child.exitCode, 2);
});

test('run -i in a pipe: the end of the input is the end for the entrypoint, and no input is no end', async () => {
  const child = ignite.start(
    ['run', '-i', 'busybox', '--', 'sh', '-c', 'cat; echo ended'],
    Buffer.from('no line end'),
  );
  const { code, stdout } = await child.ended;
  assert.deepEqual([code, stdout], [0, 'no line endended\n']);
});

/** Returns an image of busybox whose entrypoint runs as another user. */
async function imageOfUser(user: string): Promise<string> {
  const layout = join(ignite.dir, 'as-user');
  await mkdir(layout);
  execFileSync('tar', ['-xf', imageArchive('busybox'), '-C', layout]);
  execFileSync('umoci', ['config', '--image', `${layout}:1`, '--tag', 'user', '--config.user', user]);
  return `oci:${layout}:user`;
}

test('an entrypoint may open its streams by name, as those of images that log to /dev/stdout do', async () => {
  const script = 'echo one >/dev/stdout; echo two >/proc/self/fd/2; ls -l /dev/fd/0 >/dev/null && id -u';
  const { code, stdout, stderr } = await ignite.run('run', '-i', 'busybox', '--', 'sh', '-c', script);
  assert.deepEqual([code, stdout], [0, 'one\n0\n'], stderr);
  assert.match(stderr, /^two$/m);
});

test('users of a guest that are not root open their own streams, and not its channel to the host', async () => {
  const script =
    'echo one >/dev/stdout; for port in /dev/vport*; do cat $port && echo opened; true >$port && echo opened; done; ls /dev/vport* | wc -l';
  const image = await imageOfUser('1234:5678');
  const { stdout, stderr } = await ignite.run('run', '-i', image, '--', 'sh', '-c', script);
  assert.match(stdout, /^one\n[1-9]\d*\n$/, stderr);
});

test('run -it: a terminal of the size of ours, whose ^C reaches the entrypoint alone', async () => {
  await using terminal = ignite.onTerminal([...['run', '-it', 'busybox', '--name', 'terminal', '--', 'sh']]);
  await terminal.shows(/\/ # /);
  // The size comes beside what is typed, which may be faster.
  const sized = 'until stty size | grep -q 33; do sleep 1; done';
  terminal.types(`${sized}; tty; stty size; echo $TERM; sleep 100\r`);
  await terminal.shows(/\/dev\/pts\/0\s+33 101\s+xterm\s/);
  terminal.types('\u0003');
  await terminal.shows(/\/ # /);
  terminal.types('exit 7\r');
  assert.equal(await terminal.ended, 7);
  assert.match(await ignite.ok('logs', 'terminal'), /\n33 101\nxterm\n/);
});

test('attach: who detached from a terminal comes back to it, and to the same entrypoint', async () => {
  await using first = ignite.onTerminal([...['run', '-it', 'busybox', '--name', 'back', '--', 'sh']]);
  await first.shows(/\/ # /);
  first.types('mine=here\r');
  await first.shows(/\/ # /);
  first.types('\u0010\u0011');
  assert.equal(await first.ended, 0);
  await using second = ignite.onTerminal(['attach', 'back']);
  await second.shows(/Attached; \^P\^Q detaches/);
  second.types('echo $mine again\r');
  await second.shows(/\nhere again\r/);
  second.types('exit\r');
  assert.equal(await second.ended, 0);
});

test('attach: what an entrypoint writes from then on is shown, on the output that it wrote it to', async () => {
  const script = 'while read -r line; do echo "out $line"; echo "err $line" >&2; done; echo over';
  await ignite.ok('run', 'busybox', '--name', 'listener', '--', 'sh', '-c', script);
  const { code, stdout, stderr } = await ignite.start(['attach', 'listener'], Buffer.from('one\ntwo\n'))
    .ended;
  assert.deepEqual([code, stdout], [0, 'out one\nout two\nover\n']);
  assert.match(stderr, /\nerr one\nerr two\n$/);
});

test('run -i goes on over a reboot of its guest, and ends as what it runs then', async () => {
  const script =
    'if [ -e /again ]; then echo second; exit 5; fi; touch /again; sync; echo first; sleep 1; reboot -f';
  const { code, stdout } = await ignite.run('run', '-i', 'busybox', '--', 'sh', '-c', script);
  assert.deepEqual([code, stdout], [5, 'first\nsecond\n']);
});
