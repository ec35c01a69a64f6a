import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { noTemplateAnnotation } from '@ignite/api/v1/template';
import type { Vm } from '@ignite/api/v1/vm';
import { fsckDisk } from './fixtures/fsck-disk.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const kills = Number(process.env['IGNITE_CRASH_ROUNDS'] ?? 4);
const patienceMs = 600_000;
/** The number of VMs that are made of one that runs. */
const forks = Number(process.env['IGNITE_FORKS'] ?? 2);
let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(173);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('sshd')}`);
  await ignite.ok('run', 'sshd', '--name', 'web', '--ssh', '--memory', '256MB');
  const count =
    'b=/run/ignite/busybox; i=0; while :; do i=$((i+1)); echo $i >/run/new; $b mv /run/new /run/count; $b sleep 0.1; done';
  await inside('web', `echo 0 >/run/count; (${count}) >/dev/null 2>&1 </dev/null & echo $! >/run/counter`);
  // A hook runs at the same place of the same program in each guest, so only fresh random numbers differ.
  const hook = `#!/run/ignite/busybox sh\\n/run/ignite/busybox head -c 16 /dev/urandom | /run/ignite/busybox md5sum >/run/random\\n`;
  await inside('web', 'b=/run/ignite/busybox; $b mkdir -p /etc/ignite/restored.d');
  await inside(
    'web',
    `printf '${hook}' >/etc/ignite/restored.d/random; /run/ignite/busybox chmod 755 /etc/ignite/restored.d/random`,
  );
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const inside = async (vm: string, line: string): Promise<string> =>
  (await ignite.ok('exec', vm, '--', '/run/ignite/busybox', 'sh', '-c', line)).trim();
const inspect = async (vm: string): Promise<Vm> => JSON.parse(await ignite.ok('inspect', vm)) as Vm;
const snapshotOf = async (name: string): Promise<Snapshot> =>
  JSON.parse(await ignite.ok('snapshot', 'inspect', name)) as Snapshot;
const dirOf = async (name: string): Promise<string> =>
  join(ignite.paths.dataDir, 'snapshots', (await snapshotOf(name)).metadata.uid);
const snapshotDirs = (): readonly string[] => readdirSync(join(ignite.paths.dataDir, 'snapshots'));

/** Returns what tells whether a guest has gone on since its memory was saved. */
async function lifeOf(vm: string): Promise<{ readonly bootId: string; readonly count: number }> {
  const told = await inside(
    vm,
    'cd /run; cat /proc/sys/kernel/random/boot_id count; [ -d /proc/$(cat counter) ] && echo alive',
  );
  const [bootId = '', count = '', alive] = told.split('\n');
  assert.equal(alive, 'alive', told);
  return { bootId, count: Number(count) };
}

async function assertCounts(vm: string): Promise<void> {
  const { count } = await lifeOf(vm);
  for (const began = Date.now(); (await lifeOf(vm)).count <= count; await delay(200))
    assert.ok(Date.now() - began < patienceMs, 'its process runs');
}

/** What belongs to one VM alone, as its guest sees it. */
const identityOf = async (vm: string): Promise<Readonly<Record<string, string>>> => {
  const [hostname = '', machine = '', hostKey = '', mac = '', bootId = '', address = '', random = ''] = (
    await inside(
      vm,
      'cat /proc/sys/kernel/hostname /var/lib/ignite/uid /etc/ssh/ssh_host_ed25519_key.pub /sys/class/net/eth0/address /proc/sys/kernel/random/boot_id; ' +
        "/run/ignite/busybox ip -4 addr show eth0 | /run/ignite/busybox awk '/inet /{print $2}'; cat /run/random 2>/dev/null || :",
    )
  ).split('\n');
  return { hostname, machine, hostKey, mac, bootId, address, random };
};

test('forks go on with the memory of a VM that goes on itself, and each is a VM of its own', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '10.173.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    const talk = `(/run/ignite/busybox sleep 100000 | /run/ignite/busybox nc 10.173.0.1 ${port}) >/dev/null 2>&1 </dev/null &`;
    await inside('web', talk);
    const other = `:${port.toString(16).toUpperCase().padStart(4, '0')} 01`;
    const connections = async (vm: string): Promise<number> =>
      (await inside(vm, 'cat /proc/net/tcp')).split('\n').filter((line) => line.includes(other)).length;
    for (const began = Date.now(); (await connections('web')) === 0; await delay(200))
      assert.ok(Date.now() - began < patienceMs, 'the connection is open');
    const life = await lifeOf('web');
    const children = Array.from({ length: forks }, (_, at) => `fork-${at + 1}`);
    const started = children.map((name) => String.raw`Started VM "${name}" with address 10\.173\..*\n`);
    assert.match(
      await ignite.ok('fork', 'web', '-c', String(forks), '--name', 'fork'),
      new RegExp(`^${started.join('')}$`),
    );
    assert.equal(await connections('web'), 1, 'that of the parent stays');
    const names = ['web', ...children];
    for (const name of names) {
      const now = await lifeOf(name);
      assert.equal(now.bootId === life.bootId, name === 'web', `the boot ID of ${name}`);
      assert.ok(now.count >= life.count, `${name} was not booted`);
      await assertCounts(name);
    }
    for (const name of names.slice(1)) assert.equal(await connections(name), 0, `${name} has none of it`);
    const found = await Promise.all(names.map(identityOf));
    for (const field of Object.keys(found[0]!)) {
      const values = found.map((each) => each[field]);
      assert.equal(new Set(values).size, names.length, `${field}: ${values.join(', ')}`);
    }
    for (const [at, name] of names.entries()) {
      const { metadata, status } = await inspect(name);
      assert.deepEqual(
        [found[at]?.['hostname'], found[at]?.['machine'], found[at]?.['mac'], found[at]?.['address']],
        [name, metadata.uid, status.network?.mac, `${status.network?.ipAddresses[0]}/16`],
      );
    }
    assert.deepEqual(snapshotDirs(), [], 'what the forks were made of is gone');
    const keys = await inside('fork-1', 'cat /root/.ssh/authorized_keys');
    const own = readFileSync(
      join(ignite.paths.dataDir, 'vms', (await inspect('web')).metadata.uid, 'ssh_key.pub'),
      'utf8',
    );
    assert.ok(!keys.includes(own.split(' ')[1]!), 'the key of the parent does not open its fork');
    await ignite.ok('rm', '-f', ...children);
  } finally {
    // A guest that is killed closes nothing.
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

test('a snapshot holds memory and disk of one instant, also while the guest writes', async () => {
  const write =
    'b=/run/ignite/busybox; i=0; while [ -e /run/counter ]; do i=$((i+1)); $b dd if=/dev/urandom of=/var/f$((i%8)) bs=64k count=8; $b sync; done';
  await inside('web', `(${write}) >/dev/null 2>&1 </dev/null & echo $! >/run/writer`);
  const before = await lifeOf('web');
  const said = await ignite.ok('snapshot', 'create', 'web', 'busy');
  assert.match(
    said,
    /^Took snapshot "busy" of VM "web": memory and disk, [\d.]+ MB, with ID "[0-9a-f]{16}"\n$/,
  );
  await assertCounts('web');
  await inside('web', '/run/ignite/busybox kill $(cat /run/writer)');
  assert.equal(fsckDisk(join(await dirOf('busy'), 'root.qcow2'), ignite.paths.dataDir), 0);
  await ignite.ok('run', '--from', 'busy', '--name', 'again');
  const after = await lifeOf('again');
  assert.ok(after.count >= before.count);
  assert.notEqual(after.bootId, before.bootId);
  await inside('again', '/run/ignite/busybox kill $(cat /run/writer); /run/ignite/busybox sync');
  assert.match(
    await ignite.ok('snapshot', 'ls'),
    /^SNAPSHOT ID .*\n[0-9a-f]{16} +busy +.* web +machine +[\d.]+ MB\n$/,
  );
  assert.match(await ignite.ok('system', 'df'), /Snapshots +1 +1 /);
  assert.match(
    (await ignite.run('image', 'rm', 'sshd')).stderr,
    /error: image "sshd:latest" is used by snapshot "busy"/,
  );
  await ignite.ok('snapshot', 'rm', 'busy');
  await assertCounts('again');
  await ignite.ok('rm', '-f', 'again');
});

test('a rollback brings memory and disk back, and the guest keeps its identity', async () => {
  await inside('web', 'echo old >/var/old; /run/ignite/busybox sync');
  const before = await identityOf('web');
  const { bootId } = await lifeOf('web'); // the kernel makes the id when it is first read
  await ignite.ok('snapshot', 'create', 'web', 'before-upgrade');
  await inside('web', '/run/ignite/busybox rm /var/old; echo new >/var/new; /run/ignite/busybox sync');
  await delay(2_000);
  assert.equal(
    await ignite.ok('rollback', 'web', 'before-upgrade'),
    'Brought VM "web" back to snapshot "before-upgrade"\n',
  );
  assert.equal(await inside('web', 'cat /var/old; [ -e /var/new ] || echo gone'), 'old\ngone');
  const now = await lifeOf('web');
  assert.equal(now.bootId, bootId);
  const { random: _, ...same } = before;
  const { random: _random, ...found } = await identityOf('web');
  assert.deepEqual(found, same);
  await ignite.ok('stop', 'web');
  await ignite.ok('snapshot', 'restore', 'before-upgrade');
  assert.equal((await lifeOf('web')).bootId, bootId, 'a stopped VM goes on from it too');
  await ignite.ok('snapshot', 'rm', 'before-upgrade');
});

test('a guest that refuses its identity is not booted with that of its parent', async () => {
  const hook = '/etc/ignite/restored.d/refuse';
  await inside('web', `b=/run/ignite/busybox; echo "#!$b false" >${hook}; $b chmod 755 ${hook}; $b sync`);
  await ignite.ok('snapshot', 'create', 'web', 'stubborn');
  for (const args of [
    ['run', '--from', 'stubborn', '--name', 'refused'],
    ['start', 'refused'],
  ]) {
    const { code, stderr } = await ignite.run(...args);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, /has not taken its own identity/);
    assert.match(stderr, /ignite start --cold/);
  }
  await ignite.ok('start', '--cold', 'refused');
  assert.equal((await identityOf('refused'))['hostname'], 'refused');
  await ignite.ok('snapshot', 'create', 'refused', 'of-refused');
  await inside('refused', 'echo new >/var/new; /run/ignite/busybox sync');
  const { code, stderr } = await ignite.run('rollback', 'refused', 'of-refused');
  assert.equal(code, 1);
  assert.match(stderr, /has not taken its own identity/);
  await ignite.ok('start', 'refused');
  assert.equal(
    await inside('refused', 'cat /var/new'),
    'new',
    'a rollback that has failed brings the disk back',
  );
  await inside('web', `/run/ignite/busybox rm ${hook}`);
  await ignite.ok('rm', '-f', 'refused');
  await ignite.ok('snapshot', 'rm', 'stubborn', 'of-refused');
});

test('a clone boots from a copy of the disk, and has an identity of its own', async () => {
  await inside('web', 'echo kept >/var/kept; /run/ignite/busybox sync');
  const { bootId } = await lifeOf('web');
  await ignite.ok('clone', 'web', '--name', 'copy');
  await assertCounts('web');
  assert.equal(await inside('copy', 'cat /var/kept'), 'kept');
  assert.notEqual(await inside('copy', 'cat /proc/sys/kernel/random/boot_id'), bootId);
  const [mine, copied] = [await identityOf('web'), await identityOf('copy')];
  for (const field of ['hostname', 'machine', 'hostKey', 'mac', 'address'])
    assert.notEqual(mine[field], copied[field], field);
  await ignite.ok('rm', '-f', 'copy');
});

test('what cannot be a snapshot, or be made of one, is refused with the reason', async () => {
  await ignite.ok('snapshot', 'create', 'web', 'taken');
  const refused = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await ignite.run(...args);
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr, pattern);
  };
  await refused(/already a snapshot named "taken"/, 'snapshot', 'create', 'web', 'taken');
  await refused(/not a snapshot name: "No"/, 'snapshot', 'create', 'web', 'No');
  await refused(/no snapshot with the name or uid "none"/, 'run', '--from', 'none');
  await refused(/a VM named "web" already exists/, 'fork', 'web', '--name', 'web');
  await ignite.ok('create', 'sshd', '--name', 'other');
  await refused(
    /has never been started, and has no disk yet\nhint: start it with "ignite start other"\n$/,
    ...['snapshot', 'create', 'other'],
  );
  await refused(/it is of another VM/, 'rollback', 'other', 'taken');
  await refused(/it is stopped, and has no memory|never been started/, 'fork', 'other');
  await ignite.ok('rm', 'other');
  await refused(
    /memory was 256 MB, and now is 512 MB/,
    'run',
    '--from',
    'taken',
    '--name',
    'large',
    '--memory',
    '512MB',
  );
  await ignite.ok('rm', 'large');
  const dir = await dirOf('taken');
  truncateSync(join(dir, 'saved-state/machine'), 1_000_000);
  await refused(/saved state is damaged/, 'run', '--from', 'taken', '--name', 'damaged');
  await ignite.ok('rm', 'damaged');
  const note = join(dir, 'saved-state/note.json');
  writeFileSync(note, readFileSync(note, 'utf8').replace('"format":1', '"format":2'));
  await refused(
    /saved state is damaged: its note cannot be read/,
    'run',
    '--from',
    'taken',
    '--name',
    'newer',
  );
  await ignite.ok('rm', 'newer');
  await ignite.ok('snapshot', 'rm', 'taken');
  assert.deepEqual(snapshotDirs(), []);
});

/** Waits until a VM of which a template is made is there, and returns its name, which is that of the template. */
async function untilMaking(bootedVm: string): Promise<string> {
  for (const began = Date.now(); ; await delay(200)) {
    const [name] = /template-[0-9a-f]{8}/.exec(await ignite.ok('ps', '-a')) ?? [];
    if (name !== undefined) return name;
    assert.ok(Date.now() - began < patienceMs, 'a template is made');
    assert.equal((await inspect(bootedVm)).metadata.annotations[noTemplateAnnotation], undefined);
  }
}

test('the second VM of an image starts from a template by itself instead of booting, and is a VM of its own', async (t) => {
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
  const shape = ['--memory', '512MB', '--size', '4GB'];
  const refused = await ignite.run('run', 'sshd', '--warm', 'always', '--name', 'cold');
  assert.match(
    refused.stderr,
    /error: the VM cannot start from a template: its entrypoint begins as it boots/,
  );
  const unset = ignite.with({ IGNITE_WARM: '' });
  const run = async (name: string): Promise<number> => {
    const began = Date.now();
    await unset.ok('run', 'debian', '--name', name, '--ssh', ...shape);
    return Date.now() - began;
  };
  const coldMs = await run('cold');
  assert.equal((await inspect('cold')).spec.source, undefined);
  const begun = await untilMaking('cold');
  assert.match(
    await ignite.ok('warm', '--like', 'cold'),
    new RegExp(`^Template "${begun}" with ID "`),
    'one of two makers finds the template of the other, which works in the background',
  );
  const [template = '', ...others] = (await ignite.ok('warm', 'ls', '-q')).split('\n').filter(Boolean);
  assert.deepEqual(others, []);
  for (const began = Date.now(); (await ignite.ok('ps', '-a')).includes(begun); await delay(200))
    assert.ok(Date.now() - began < patienceMs, 'the VM of the template is gone');
  const warmMs = await run('warm');
  t.diagnostic(
    `run until SSH answers: cold ${coldMs} ms, warm ${warmMs} ms, ratio ${(warmMs / coldMs).toFixed(2)}`,
  );
  const found = await inspect('warm');
  assert.equal(found.spec.source?.snapshot, (await snapshotOf(template)).metadata.name);
  const machineId = 'cat /etc/machine-id /proc/sys/kernel/hostname /proc/sys/kernel/random/boot_id';
  const [mine = '', name, boot] = (await inside('warm', machineId)).split('\n');
  assert.equal(mine, `${found.metadata.uid}${found.metadata.uid}`);
  assert.equal(name, 'warm');
  assert.notEqual(boot, (await inside('cold', machineId)).split('\n')[2]);
  assert.equal(await inside('warm', 'cat /root/.ssh/authorized_keys | /run/ignite/busybox wc -l'), '1');
  const dir = await dirOf(template);
  const own = readFileSync(
    join(ignite.paths.dataDir, 'vms', found.metadata.uid, 'ssh_key.pub'),
    'utf8',
  ).split(' ')[1]!;
  assert.ok(!readFileSync(join(dir, 'saved-state/machine')).includes(own), 'a template has no key of a VM');
  assert.match(await ignite.ok('prune', '-f'), /snapshot "template-/);
  assert.equal(await ignite.ok('warm', 'ls', '-q'), '');
  await ignite.ok('rm', '-f', 'warm', 'cold');
});

test('a snapshot that does not fit on the disk leaves the VM running and nothing behind', async () => {
  const small = join(ignite.dir, 'small');
  const snapshots = join(ignite.paths.dataDir, 'snapshots');
  await mkdir(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m,mode=700', 'tmpfs', snapshots]);
  try {
    for (const args of [
      ['snapshot', 'create', 'web', 'full'],
      ['fork', 'web', '--name', 'full'],
    ]) {
      const { code, stderr } = await ignite.run(...args);
      assert.equal(code, 1);
      assert.match(stderr, /error: no snapshot could be taken of VM "web", which goes on as before: ENOSPC/);
      assert.deepEqual(readdirSync(snapshots), []);
      await assertCounts('web');
    }
  } finally {
    execFileSync('umount', [snapshots]);
  }
  assert.ok(existsSync(snapshots));
});

test('a snapshot or a fork that is killed at any moment leaves a VM that goes on, and nothing that stays', async (t) => {
  const seen: string[] = [];
  for (let round = 0; round < kills; round++) {
    const args =
      round % 2 === 0 ? ['snapshot', 'create', 'web', `kill-${round}`] : ['fork', 'web', '--name', 'killed'];
    const command = ignite.start(args);
    await delay((round + 1) * 600);
    command.kill();
    await command.ended;
    for (const began = Date.now(); (await inspect('web')).status.phase !== 'Running'; await delay(200))
      assert.ok(Date.now() - began < patienceMs, 'it goes on by itself');
    await assertCounts('web');
    seen.push(
      `${args[0]} ${(await ignite.run('inspect', 'killed')).code === 0 ? 'has made a VM' : 'has made none'}`,
    );
    await ignite.run('rm', '-f', 'killed');
    for (const line of (await ignite.ok('snapshot', 'ls', '-q')).split('\n').filter(Boolean))
      await ignite.ok('snapshot', 'rm', line);
    await ignite.ok('prune', '-f');
    assert.deepEqual(snapshotDirs(), []);
  }
  t.diagnostic(seen.join(', '));
});
