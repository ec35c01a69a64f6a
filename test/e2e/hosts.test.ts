import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { vmFiles } from '@ignite/engine/tools/host/paths';
import { type Etcd, joinStore, startEtcd } from './fixtures/etcd.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

// Two hosts share one etcd. They are two data and run directories with networks of their own on this machine.

const patienceMs = 300_000;
const archive = `oci-archive:${imageArchive('busybox')}`;
let leaks: AsyncDisposable;
let etcd: Etcd;
let a: Ignite;
let b: Ignite;
let daemon: Started | undefined;
let uid = '';

before(async () => {
  leaks = watchLeaks();
  etcd = await startEtcd();
  [a, b] = [await hostNamed('a', 218), await hostNamed('b', 219)];
});
after(async () => {
  daemon?.kill();
  for (const host of [b, a]) await host[Symbol.asyncDispose]();
  await etcd[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Opens a host with the default kernel, whose data directory has settled nothing else. */
async function hostNamed(name: string, subnet: number): Promise<Ignite> {
  const host = await Ignite.openWithKernel(subnet);
  joinStore(host, name, etcd);
  return host;
}

const phases = async (host: Ignite): Promise<string> =>
  await host.ok('ps', '-a', '-t', '{{.Name}} {{.status.phase}}');

/** Waits until a host sees the VM of the other one in a state. */
async function untilSeen(host: Ignite, wanted: RegExp): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !wanted.test(await phases(host)); await delay(500))
    assert.ok(Date.now() < deadline, await phases(host));
}

test('each host makes VMs of its own in the store that they share, under names that no other has', async () => {
  await b.ok('run', archive, '--name', 'web', '--memory', '128MB', '--', 'sleep', '100000');
  uid = (await b.ok('inspect', 'vm', 'web', '-t', '{{.UID}}')).trim();
  assert.match(await b.ok('ps', '-o', 'wide'), / web +\S+ +amd64 +\S+ +b *\n| b *\n/);
  const taken = await a.run('create', archive, '--name', 'web');
  assert.match(taken.stderr, /error: a VM named "web" already exists/);
  await a.ok('create', archive, '--name', 'idle');
  assert.equal(await a.ok('ps', '-a', '-t', '{{.Name}} {{.spec.hostName}}'), 'idle a\nweb b\n');
});

test('what a host does, it does to its own VMs, and it takes nothing for unused that is not its own', async () => {
  for (const args of [
    ['stop', 'web'],
    ['start', 'web'],
    ['rm', '-f', 'web'],
    ['logs', 'web'],
    ['exec', 'web', 'true'],
  ]) {
    const { code, stderr } = await a.run(...args);
    assert.equal(code, 1);
    assert.match(stderr, /error: VM "web" is on host "b"\nhint: run the command on "b"/, args.join(' '));
  }
  assert.doesNotMatch(await a.ok('restore'), /web/);
  await a.ok('rm', 'idle');
  await a.ok('rmi', (await a.ok('images', '-q')).trim()); // no VM of this host uses it
  await a.ok('prune', '-f');
  assert.notEqual((await b.ok('images', '-q')).trim(), '');
  assert.ok(existsSync(vmFiles(b.paths, uid).disk));
  assert.match(await phases(b), /^web Running$/m);
});

test('nobody knows how a VM is whose host is silent; its host records the truth for others to see', async () => {
  assert.match(await phases(a), /^web Unknown$/m);
  daemon = b.start(['daemon']);
  await untilSeen(a, /^web Running$/m);
  assert.match(await a.ok('get', 'hosts'), /^Host +b +True +Ready /m);
  execFileSync('pkill', ['-KILL', '-f', `qemu-system.*${uid}`]);
  await untilSeen(a, /^web Stopped$/m);
  assert.doesNotMatch(await a.ok('restore'), /web/);
  daemon.kill();
  await daemon.ended;
  await untilSeen(a, /^web Unknown$/m);
  assert.match(await phases(b), /^web Stopped$/m);
});

/** Tells whether the VMM of b's VM runs. */
const isUp = (): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('qemu-system') && command.includes(uid);
    } catch {
      return false; // it is no process, or has just ended
    }
  });

test('a host that is lost is removed by whoever says so, and its VMs after it; if it returns, it keeps their disks', async () => {
  await b.ok('start', 'web');
  daemon = b.start(['daemon']);
  await untilSeen(a, /^web Running$/m);
  assert.match(
    (await a.run('delete', 'host/b')).stderr,
    /error: host "b" is alive: it renews its lease\nhint: .* stop ignited on "b"/,
  );
  daemon.kill();
  await daemon.ended;
  await untilSeen(a, /^web Unknown$/m);
  assert.match(
    (await a.run('rm', '-f', 'web')).stderr,
    /error: VM "web" is on host "b"\nhint: run the command on "b", which is silent but may come back; .*"ignite delete host\/b"/,
  );
  assert.match(await a.ok('complete', '--', 'delete', 'host/'), /^host\/a\t.*\nhost\/b\t/m);
  assert.match((await a.run('delete', 'host/a')).stderr, /error: "a" is this host, /);
  assert.match(await a.ok('delete', 'host/b'), /^\S*host\S*b removed\n$/i);
  assert.doesNotMatch(await a.ok('get', 'hosts'), /\bb\b/);
  assert.match((await a.run('rm', 'web')).stderr, /error: the host of VM "web" is not in the store\nhint: /);
  await a.ok('rm', '-f', 'web');
  assert.equal(await phases(a), '');
  assert.ok(isUp(), 'nobody has asked its host');

  daemon = b.start(['daemon']);
  const cleared = /VM \\?"web\\?" was removed on another host: it is stopped, and .* is kept/;
  for (const deadline = Date.now() + patienceMs; !cleared.test(daemon.told()); await delay(200))
    assert.ok(Date.now() < deadline, daemon.told());
  assert.ok(!isUp());
  assert.match(await a.ok('get', 'hosts'), /^Host +b +True +Ready /m);
  daemon.kill();
  await daemon.ended;
  const { disk } = vmFiles(b.paths, uid);
  assert.ok(existsSync(disk));
  await b.ok('prune', '-f');
  assert.ok(existsSync(disk));
  await b.ok('prune', '-f', '--kept-disks');
  assert.ok(!existsSync(disk));
});

test('a host joins with the two variables, which it needs once', async () => {
  await using host = await Ignite.open(220);
  await host.with({ IGNITE_HOST_NAME: 'rack-1', IGNITE_STORE: etcd.store }).ok('volume', 'create', 'x');
  const { name, store } = JSON.parse(readFileSync(join(host.paths.dataDir, 'host.json'), 'utf8')) as {
    readonly name: string;
    readonly store: string;
  };
  assert.deepEqual([name, store], ['rack-1', etcd.store]);
  assert.match(await host.ok('get', 'hosts'), /^Host +a +[^]*^Host +rack-1 +/m);
  assert.match(await host.ok('volume', 'ls'), / x /);
  assert.doesNotMatch(await a.ok('volume', 'ls'), / x /);
  assert.match(await a.ok('delete', 'host/rack-1'), / removed\n$/);
  await host.ok('volume', 'rm', 'x');
  assert.match(await a.ok('get', 'hosts'), /rack-1/, 'a host that was not lost stores itself again');
});

test('without etcd a command says so, and a data directory does not change its store', async () => {
  const other = a.with({ IGNITE_STORE: 'etcd+http://127.0.0.1:1' });
  assert.match((await other.run('volume', 'create', 'x')).stderr, /error: IGNITE_STORE is not the store of /);
  const twin = a.with({ IGNITE_HOST_NAME: 'b' });
  assert.match(
    (await twin.run('volume', 'create', 'x')).stderr,
    /IGNITE_HOST_NAME is "b", but \S+ is that of host "a"/,
  );
  const lost = await Ignite.open(220);
  const unreachable = lost.with({ IGNITE_STORE: 'etcd+http://127.0.0.1:1', IGNITE_HOST_NAME: 'c' });
  assert.match(
    (await unreachable.run('volume', 'create', 'x')).stderr,
    /error: etcd does not answer at http:\/\/127\.0\.0\.1:1/,
  );
  const impostor = await Ignite.open(220);
  const double = impostor.with({ IGNITE_STORE: etcd.store, IGNITE_HOST_NAME: 'a' });
  assert.match(
    (await double.run('volume', 'create', 'x')).stderr,
    /error: the store has another host named "a"/,
  );
  for (const { dir } of [lost, impostor]) execFileSync('rm', ['-r', dir]);
});
