import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(106);
  await ignite.ok(
    'run',
    `oci-archive:${imageArchive('debian')}`,
    '--name',
    'my-vm',
    '--memory',
    '1GB',
    '--ssh',
  );
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('ssh gives a real terminal of the size of ours, and the exit status of the shell', async () => {
  await using terminal = ignite.onTerminal(['ssh', 'my-vm']);
  await terminal.shows(/root@my-vm:~# $/);
  terminal.types('tty; stty size; echo $TERM\r');
  await terminal.shows(/\/dev\/pts\/0\s+33 101\s+xterm/);
  terminal.types('echo be""gun; sleep 100\r');
  await terminal.shows(/^begun/m);
  terminal.types('\u0003');
  await terminal.shows(/\^C[^]*# $/);
  terminal.types('exit 6\r');
  assert.equal(await terminal.ended, 6);
});

test('exec passes input on, byte by byte, and gives a terminal where one is asked for', async () => {
  const noise = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  const { code, stdout } = await ignite.start(['exec', 'my-vm', 'md5sum'], noise).ended;
  assert.equal(code, 0);
  assert.equal(stdout.split(' ')[0], 'e2c865db4162bed963bfaa9ef6ac18f0');
  assert.match(await ignite.ok('exec', 'my-vm', 'tty; true'), /not a tty/);
  await using terminal = ignite.onTerminal(['exec', '-t', 'my-vm', 'tty']);
  await terminal.shows(/\/dev\/pts\/0/);
  assert.equal(await terminal.ended, 0);
});

test('exec of a command that a signal ends exits with 128 and its number, not 255, and without a word', async () => {
  for (const [line, code] of [
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
    ['exit 3', 3],
  ] as const)
    assert.deepEqual(await ignite.run('exec', 'my-vm', line), { code, stdout: '', stderr: '' }, line);
  assert.equal((await ignite.run('ssh', 'my-vm', 'kill -9 $$')).code, 137);
  const words = [
    'sh',
    '-c',
    `printf '%s|' "$@"; cat; echo "it's" >&2; exit 7`,
    'sh',
    `a 'b' "c"`,
    '\\n!$(x)',
  ];
  assert.deepEqual(await ignite.start(['exec', 'my-vm', '--', ...words], Buffer.from('piped')).ended, {
    code: 7,
    stdout: `a 'b' "c"|\\n!$(x)|piped`,
    stderr: "it's\n",
  });
  await using terminal = ignite.onTerminal(['exec', '-t', 'my-vm', "'echo be$((1))gun; exec cat'"]);
  await terminal.shows(/be1gun/);
  terminal.types('typed\r');
  await terminal.shows(/typed\s+typed/);
  terminal.types('\u0003');
  assert.equal(await terminal.ended, 130);
});

test('the power button is watched beside the init of the image', async () => {
  assert.match(await ignite.ok('exec', 'my-vm', 'ps ax'), / sh \/run\/ignite\/agent$/m);
  assert.doesNotMatch(await ignite.ok('logs', 'my-vm'), /init: line/);
});

test('attach shows the console, takes what is typed, and ^P^Q detaches without harm', async () => {
  await using terminal = ignite.onTerminal(['attach', 'my-vm']);
  await terminal.shows(/Attached; \^P\^Q detaches/);
  terminal.types('\r');
  await terminal.shows(/my-vm login: /);
  terminal.types('\u0010\u0011');
  assert.equal(await terminal.ended, 0);
  await terminal.shows(/Detached/);
  assert.match(await ignite.ok('ps'), /my-vm/);
});

test('a host key that is not the one of first boot is refused', async () => {
  await ignite.ok('exec', 'my-vm', 'rm /etc/ssh/ssh_host_*; ssh-keygen -q -A; systemctl restart ssh');
  const { uid } = (JSON.parse(await ignite.ok('inspect', 'vm', 'my-vm')) as { metadata: { uid: string } })
    .metadata;
  // A command that names a key makes its own connection. The shared connection is older than the new host
  // key.
  const key = join(ignite.dir, 'data/vms', uid, 'ssh_key');
  const refused = await ignite.run('exec', '-i', key, 'my-vm', 'true');
  assert.equal(refused.code, 255);
  assert.match(refused.stderr, /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/);
});
