import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { BusyboxHost } from './fixtures/busybox.ts';
import type { Ignite, Started } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { type SshServer, startSshServer } from './fixtures/ssh-server.ts';

let host: BusyboxHost;
let near: Ignite;
let daemon: Started;
let server: SshServer;
/** Ways to the same host. The directories of the local one are not ours. */
let ways: readonly (readonly [name: string, far: Ignite])[];

before(async () => {
  host = await BusyboxHost.open(239);
  near = host.ignite;
  await near.ok('image', 'import', `oci-archive:${imageArchive('sshd')}`);
  daemon = near.start(['daemon', '--api']);
  const socket = join(near.paths.runDir, 'api.sock');
  while (!existsSync(socket)) await delay(100);
  server = await startSshServer(near);
  const elsewhere = {
    IGNITE_DATA_DIR: join(near.dir, 'elsewhere'),
    IGNITE_RUN_DIR: join(near.dir, 'elsewhere'),
    XDG_CONFIG_HOME: join(near.dir, 'config'),
    XDG_STATE_HOME: join(near.dir, 'state'),
    PATH: `${server.bin}:${process.env['PATH']}`,
  };
  ways = [
    ['unix', near.with({ ...elsewhere, IGNITE_HOST: `unix://${socket}` })],
    ['ssh', near.with({ ...elsewhere, IGNITE_HOST: server.address })],
  ];
});
after(async () => {
  daemon.terminate();
  await daemon.ended;
  await server[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

/** Asserts that a command does the same from afar, whatever the way: its outputs, byte for byte, and its exit status. */
async function assertSame(...args: readonly string[]): Promise<void> {
  for (const [name, far] of ways) {
    let wanted = await near.run(...args);
    for (;;) {
      const seen = await far.run(...args);
      if (isDeepStrictEqual(seen, wanted)) break;
      // The host may have changed in between.
      const now = await near.run(...args);
      if (isDeepStrictEqual(now, wanted)) assert.deepEqual(seen, wanted, `${name}: ${args.join(' ')}`);
      wanted = now;
    }
  }
}

test('a VM lives on another host as on this one', async () => {
  const far = ways[0]![1];
  const script = 'echo up; echo oops >&2; exec sleep infinity';
  const said = await far.ok(
    'run',
    'sshd',
    '--name',
    'web',
    '--memory',
    '256MB',
    '--ssh',
    '--',
    'sh',
    '-c',
    script,
  );
  assert.match(said, /^Created VM with ID .* and name "web"\nStarted VM "web" with address 10\.239\./m);
  await host.logged('web', /up/);

  for (const args of [
    ['ps', '-q'],
    ['ps', '-a', '-o', 'yaml'],
    ['inspect', 'web'],
    ['inspect', 'nobody'],
    ['logs', 'web'],
    ['images', '-o', 'json'],
    ['kernels', '-o', 'json'],
    ['volume', 'ls'],
    ['network', 'ls'],
    ['get', 'vms', '-o', 'json'],
    ['get', 'vm/web', '-o', 'yaml'],
    ['ps', '--bogus'],
  ])
    await assertSame(...args);

  for (const [name, each] of ways) {
    const following = each.start(['logs', '-f', 'web']);
    while (!following.said().includes('up')) await delay(50);
    following.interrupt();
    assert.equal((await following.ended).code, 130, `${name}: ^C ends logs -f`);

    const input = Buffer.from('to the guest\n');
    const exec = await each.start(['exec', 'web', '--', 'cat; echo err >&2; exit 7'], input).ended;
    assert.deepEqual(exec, { code: 7, stdout: 'to the guest\n', stderr: 'err\n' }, name);

    const [file, back] = [join(near.dir, `${name}.in`), join(near.dir, `${name}.out`)];
    await writeFile(file, Buffer.alloc(3_000_000, name));
    await each.ok('cp', file, 'web:/root/file');
    await each.ok('cp', 'web:/root/file', back);
    assert.deepEqual(await readFile(back), await readFile(file), name);
    const missing = await each.run('cp', 'web:/nothing', back);
    assert.deepEqual(missing, await near.run('cp', 'web:/nothing', back));
  }

  assert.equal((await far.run('rm', 'web')).code, 1, 'a VM that runs is not removed');
  await far.ok('stop', 'web');
  assert.equal(await host.field('web', '.status.phase'), '"Stopped"');
  await ways[1]![1].ok('rm', 'web');
  await assertSame('ps', '-a');
});

test('a command that is cut off ends on the other host', async () => {
  const far = ways[0]![1];
  const entrypoint = ['sleep', 'infinity'];
  await near.ok('run', 'sshd', '--name', 'idle', '--memory', '256MB', '--ssh', '--', ...entrypoint);
  const isTicking = async (): Promise<boolean> =>
    (await near.ok('exec', 'idle', '--', 'ps')).includes('while echo tick');
  const ticking = far.start(['exec', 'idle', '--', 'while echo tick; do sleep 1; done']);
  while (!ticking.said().includes('tick')) await delay(50);
  assert.ok(await isTicking());
  ticking.kill();
  await ticking.ended;
  await host.until('the command ends in the VM', async () => !(await isTicking()));
  assert.match(await far.ok('stats', '-n', 'default', '--no-stream'), /idle/);
  await near.ok('rm', '-f', 'idle');
});

test('manifests are applied on another host as on this one', async () => {
  const far = ways[0]![1];
  const vm = (spec: object) => ({
    apiVersion: 'ignite.weave.works/v1',
    kind: 'VM',
    metadata: { name: 'declared' },
    spec: { image: { oci: 'busybox' }, command: ['sleep', 'infinity'], memory: '128MB', ...spec },
  });
  const others = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { color: 'red' } },
    {
      apiVersion: 'ignite.weave.works/v1',
      kind: 'Volume',
      metadata: { name: 'data' },
      spec: { size: '20MB' },
    },
  ];
  const file = join(near.dir, 'declared.json');
  const declare = async (spec: object): Promise<void> =>
    await writeFile(file, [vm(spec), ...others].map((each) => JSON.stringify(each)).join('\n---\n'));

  await declare({ power: 'Stopped' });
  await assertSame('diff', '-f', file);
  await assertSame('apply', '-f', file, '--dry-run');
  assert.match(await far.ok('apply', '-f', file), /^VM\/declared applied$/m);
  await assertSame('diff', '-f', file);
  assert.equal(await host.field('declared', '.status.phase'), '"Created"');
  assert.match(await far.ok('apply', '-f', file), /^VM\/declared unchanged$/m);

  await declare({ power: 'Running' });
  assert.match(await far.ok('apply', '-f', file), /^VM\/declared applied$/m);
  assert.equal(await host.field('declared', '.status.phase'), '"Running"');
  assert.match(
    await far.ok('update', 'declared', '-l', 'tier=front', '--cpus', '2'),
    /take effect at the next start/,
  );
  assert.equal(await host.field('declared', '.metadata.labels.tier'), '"front"');
  const editing = far.with({ ...far.env, EDITOR: 'sed -i s/front/back/' });
  await editing.ok('edit', 'vm/declared');
  assert.equal(await host.field('declared', '.metadata.labels.tier'), '"back"');

  assert.match(await far.ok('delete', '-f', file), /^VM\/declared removed$/m);
  await assertSame('ps', '-a');
  await assertSame('delete', '-f', file);
});

test('the Syncs of another host are looked at and changed', async () => {
  const far = ways[0]![1];
  const directory = join(near.dir, 'site');
  await mkdir(directory);
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'site' },
    data: { color: 'red' },
  };
  await writeFile(join(directory, 'settings.json'), JSON.stringify(settings));
  const file = join(near.dir, 'sync.json');
  const spec = { source: { directory }, interval: '1h' };
  const sync = { apiVersion: 'gitops.weave.works/v1', kind: 'Sync', metadata: { name: 'site' }, spec };
  await writeFile(file, JSON.stringify(sync));

  await far.ok('apply', '-f', file);
  assert.match(await far.ok('gitops', 'reconcile', 'site'), /^site: /);
  assert.match(await far.ok('get', 'configmap/site', '-o', 'yaml'), /color: red/);
  assert.match(await far.ok('gitops', 'status', 'site'), /^ConfigMap\/site +Synced/m);
  assert.equal(await far.ok('gitops', 'suspend', 'site'), 'site suspended\n');
  assert.match(await near.ok('get', 'sync/site', '-o', 'yaml'), /suspend: true/);
  assert.match(await far.ok('gitops', 'history', 'site'), /Succeeded .* 1 object, 1 changed/);
  await far.ok('delete', 'sync/site');
  const isGone = async (): Promise<boolean> => (await near.run('get', 'sync/site')).code !== 0;
  await host.until('the daemon has cleaned up after the Sync', isGone);
});

test('what cannot be done from afar says so, and what is wrong says what to do', async () => {
  const far = ways[0]![1];
  for (const [args, what] of [
    [['doctor', '--fix'], ''],
    [['kubeconfig'], '"ignite kubeconfig"'],
    [['token', 'create', 'ada', '--kubeconfig'], '"ignite token"'],
    [['support-bundle'], '"ignite support-bundle"'],
    [['import-legacy'], '"ignite import-legacy"'],
    [['daemon'], 'this command'],
    [['gitops'], 'this command'],
    [['restore'], ''],
    [['login'], 'a login to a registry'],
  ] as const) {
    const { code, stderr } = await far.run(...args);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`${what} does not work on another host\nhint: `));
  }
  const away = await near.run('--host', 'unix:///nowhere/api.sock', 'ps');
  assert.match(away.stderr, /there is no answer from unix:.*\nhint: .*ignite daemon --api/);
  const wrong = await near.run('--host', 'telnet://x', 'ps');
  assert.equal(wrong.code, 2);
});

test('a context is a host with a name', async () => {
  const { IGNITE_HOST: address, ...env } = ways[0]![1].env;
  const user = near.with({ ...env, IGNITE_HOST: '' });
  await user.ok('context', 'create', 'lab', '--host', address!);
  await user.ok('context', 'use', 'lab');
  assert.equal(await user.ok('context', 'show'), 'lab\n');
  assert.equal(await user.ok('images', '-q'), await near.ok('images', '-q'));
  assert.equal(await user.ok('--context', 'default', 'images', '-q'), '');
  assert.match(await user.ok('context', 'ls'), /lab \*/);
  await user.ok('context', 'rm', 'lab');
  assert.equal(await user.ok('context', 'show'), 'default\n');
});
