import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { freePort } from './fixtures/registry.ts';

/** A guest boots slowly on a busy host. */
const patienceMs = 600_000;

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(102);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('http')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test("the entrypoint's exit powers the VM off, and its code is the VM's", async () => {
  await ignite.ok(
    'run',
    'busybox',
    '--name',
    'once',
    ...['-e', "GREETING=it's = me", '--env', 'PATH=/bin:/mine'],
    '--',
    'sh',
    '-c',
    'echo "args: $*"; echo "env: $GREETING $PATH"; exit 3',
    'sh',
    "it's",
    'a b',
  );
  assert.equal(await ignite.ok('wait', 'once'), '3\n');
  assert.match(await ignite.logged('once'), /args: it's a b\r?\nenv: it's = me \/bin:\/mine/);
  assert.match(await ignite.ok('ps', '-a', '--filter', 'name=once'), /Stopped \(3\)/);
});

test('run -i shows the console and exits with the code of the entrypoint', async () => {
  const result = await ignite.run(
    'run',
    '-i',
    'busybox',
    '--name',
    'inter',
    '--',
    'sh',
    '-c',
    'echo seen; exit 4',
  );
  assert.equal(result.code, 4);
  assert.equal(result.stdout.match(/seen/g)?.length, 1, result.stdout);
});

test('run -i in a pipe: the entrypoint reads every byte and the end, and what it prints is all there is', async () => {
  const noise = Buffer.from(Array.from({ length: 10_000 }, (_, at) => at % 256));
  const md5 = createHash('md5').update(noise).digest('hex');
  const result = await ignite.start(['run', '-i', 'busybox', '--', 'md5sum'], noise).ended;
  assert.deepEqual({ ...result, stderr: '' }, { code: 0, stdout: `${md5}  -\n`, stderr: '' }, result.stderr);
});

test('run -i on a terminal: nothing is drawn over the console, and ^P^Q leaves the VM running', async () => {
  await using terminal = ignite.onTerminal([
    'run',
    '-i',
    'busybox',
    '--name',
    'left',
    '--',
    'sh',
    '-c',
    "'echo begun; sleep 600'",
  ]);
  await terminal.shows(/✓ Starting left [^\n]*\n[^⠀-⣿]*begun\r\n[^⠀-⣿]*$/);
  terminal.types('\u0010\u0011');
  await terminal.shows(/^[^⠀-⣿]*Detached\r\n$/);
  assert.equal(await terminal.ended, 0);
  assert.match(await ignite.ok('ps', '--filter', 'name=left'), / Up /);
  await ignite.ok('rm', '-f', 'left');
});

test("an image's Cmd, Env, User and WorkingDir are honoured and its port is published", async () => {
  const port = await freePort();
  await ignite.ok('run', 'http', '--name', 'web', '-p', `${port}:8080`);
  assert.equal(await body(`http://127.0.0.1:${port}/`), 'hello from a VM\n');
  assert.match(await ignite.ok('ps'), new RegExp(`0\\.0\\.0\\.0:${port}->8080/tcp`));
  const taken = await ignite.run('run', 'http', '--name', 'web2', '-p', `${port}:8080`);
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /port 0\.0\.0\.0:\d+ on this host is in use\n/);
  await ignite.ok('stop', 'web');
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

test('a user that is a number need not be one that the image knows', async () => {
  const layout = join(ignite.dir, 'numeric');
  const umoci = (...args: readonly string[]) => execFileSync('umoci', args, { stdio: 'ignore' });
  execFileSync('mkdir', [layout]);
  execFileSync('tar', ['-xf', imageArchive('busybox'), '-C', layout]);
  umoci('config', '--image', `${layout}:1`, '--tag', 'numeric', '--config.user', '1234:5678');
  const script = 'echo "$(id -u):$(id -g) $HOME"';
  const { code, stdout } = await ignite.run('run', '-i', `oci:${layout}:numeric`, '--', 'sh', '-c', script);
  assert.deepEqual([code, stdout], [0, '1234:5678 /\n']);
});

test('stop sends the stop signal, and a guest that ignores it is ended', async () => {
  await ignite.ok(
    'run',
    'busybox',
    '--name',
    'polite',
    '--',
    'sh',
    '-c',
    'trap "sleep 14; echo bye; exit 9" TERM; echo up; while :; do sleep 1; done',
  );
  await logged('polite', /up/);
  await ignite.ok('stop', '--time', '600', 'polite');
  assert.equal(await ignite.ok('wait', 'polite'), '9\n');
  assert.match(await ignite.logged('polite'), /bye/);
  await ignite.ok(
    'run',
    'busybox',
    '--name',
    'rude',
    '--',
    'sh',
    '-c',
    'trap "" TERM; echo up; while :; do sleep 1; done',
  );
  await logged('rude', /up/);
  await ignite.ok('stop', '--time', '1', 'rude');
  assert.equal(await ignite.ok('ps', '-q'), '');
});

test('exec and cp reach a VM without SSH: streams are apart, and several run at once', async () => {
  await ignite.ok('run', 'busybox', '--name', 'plain', '-e', "GREETING=it's", '--', 'sleep', '1000');
  const exec = (...words: readonly string[]) => ['exec', '--timeout', '600', 'plain', '--', ...words];
  const said = await ignite.run(...exec('echo "$GREETING $(id -u)"; echo err >&2; exit 7'));
  assert.deepEqual(said, { code: 7, stdout: "it's 0\n", stderr: 'err\n' });
  const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
  const md5 = createHash('md5').update(noise).digest('hex');
  const inputs = ['a', 'b', 'c', 'd', 'e', 'f'].map(
    (each) => ignite.start(exec('cat'), Buffer.from(each)).ended,
  );
  const summed = ignite.start(exec('md5sum'), noise).ended;
  assert.deepEqual(
    (await Promise.all([...inputs, summed])).map(({ stdout }) => stdout),
    ['a', 'b', 'c', 'd', 'e', 'f', `${md5}  -\n`],
  );
  const [file, back] = [join(ignite.dir, 'sent'), join(ignite.dir, 'back')];
  writeFileSync(file, noise);
  await ignite.ok('cp', file, 'plain:/tmp/sent');
  await ignite.ok('cp', 'plain:/tmp/sent', back);
  assert.ok(readFileSync(back).equals(noise));
  await using terminal = ignite.onTerminal(['exec', '-t', 'plain', '--', 'sh']);
  await terminal.shows(/# /);
  terminal.types('tty; stty size; exit 5\r');
  await terminal.shows(/\/dev\/pts\/\d+\s+\d+ \d+\s/);
  assert.equal(await terminal.ended, 5);
  const killed = ignite.start(exec('echo up; exec sleep 987'));
  for (const deadline = Date.now() + patienceMs; killed.said() !== 'up\n'; await delay(50))
    assert.ok(Date.now() < deadline, killed.told());
  killed.kill();
  await killed.ended;
  await ignite.ok(...exec('while grep -qs "98[7]" /proc/[0-9]*/cmdline; do sleep 0.2; done'));
  await ignite.ok('rm', '-f', 'plain');
});

test('VMs reach each other by name and the host by its address', async () => {
  await ignite.ok('run', 'http', '--name', 'server');
  const line = 'until timeout 30 wget -qO- http://server:8080/; do sleep 1; done';
  await ignite.ok('run', 'busybox', '--name', 'client', '--', 'sh', '-c', line);
  const code = await ignite.ok('wait', 'client');
  assert.match(await ignite.logged('client'), /hello from a VM/);
  assert.equal(code, '0\n');
});

test('a guest that runs its own DHCP client gets the address that ps shows', async () => {
  const script = 'ip address flush dev eth0; udhcpc -f -n -q -t 100 -i eth0 -s /bin/echo';
  await ignite.ok('run', 'busybox', '--name', 'dhcp', '--', 'sh', '-c', script);
  const address = JSON.parse(
    await ignite.ok('inspect', 'vm', 'dhcp', '--format', '{{json .status.network.ipAddresses}}'),
  );
  const code = await ignite.ok('wait', 'dhcp');
  assert.match(await ignite.logged('dhcp'), new RegExp(`lease of ${address[0]} obtained`));
  assert.equal(code, '0\n');
});

test('a VM that is killed behind our back is shown as stopped and starts again', async () => {
  await ignite.ok('run', 'busybox', '--name', 'victim', '--', 'sleep', '1000');
  const { pid } = (await ignite.processesOf('victim')).vmm!;
  process.kill(pid, 'SIGKILL');
  const deadline = Date.now() + patienceMs;
  while ((await ignite.ok('ps', '-q', '--filter', 'name=victim')) !== '') {
    assert.ok(Date.now() < deadline, 'it is shown as running for ever');
    await delay(100);
  }
  await ignite.ok('start', 'victim');
  assert.equal((await ignite.ok('ps', '-q', '--filter', 'name=victim')).length, 17);
  await ignite.ok('kill', 'victim');
});

async function logged(name: string, wanted: RegExp): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    if (wanted.test(await ignite.logged(name))) return;
    await delay(100);
  }
  throw new Error(`${name} never logged ${String(wanted)}`);
}

async function body(url: string): Promise<string> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    try {
      return await (await fetch(url, { signal: AbortSignal.timeout(20_000) })).text();
    } catch {
      await delay(100);
    }
  }
  throw new Error(`${url} did not answer`);
}
