import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { busybox } from './fixtures/busybox.ts';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const bin = join(import.meta.dirname, '../../bin/ignite');
const stranger = 4_242;
const group = 4_343;
/** The time in which the monitors of removed VMs end, on a busy host too. */
const settleMs = 300_000;

const leaks = watchLeaks();
const ignite = await Ignite.open(192);
const { dataDir } = ignite.paths;
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Runs a command as a user of this host without any rights, or as a member of the readers' group. */
function asStranger(command: readonly string[], groups: readonly number[] = []) {
  const which = groups.length > 0 ? [`--groups=${groups.join(',')}`] : ['--clear-groups'];
  const user = [`--reuid=${stranger}`, `--regid=${stranger}`, ...which];
  return spawnSync('setpriv', [...user, '--', ...command], { env: ignite.env, encoding: 'utf8' });
}

/** Runs in a mount namespace where /dev/shm only contains what the shell command `before` creates there. */
function withSharedMemory(before: string, args: readonly string[], after_: string) {
  const line = `mount -t tmpfs -o mode=1777 none /dev/shm && ${before} && "$@"; code=$?; ${after_}; exit $code`;
  return spawnSync('unshare', ['--mount', 'sh', '-c', line, 'sh', bin, ...args], {
    env: ignite.env,
    encoding: 'utf8',
  });
}

test('in /dev/shm root neither removes nor goes into what a user has put there', () => {
  const plant = [
    'hash=$(printf %s "$IGNITE_DATA_DIR" | sha256sum | cut -c1-12)',
    `setpriv --reuid ${stranger} --regid ${stranger} --clear-groups sh -c 'mkdir -p "/dev/shm/$0" "/dev/shm/$1" && echo kept >"/dev/shm/$0/file" && echo kept >"/dev/shm/$1/file"' "ignite-$hash-image-evil" "ignite/$hash-image-evil"`,
  ].join(' && ');
  const { status, stdout, stderr } = withSharedMemory(
    plant,
    ['image', 'import', busybox],
    'find /dev/shm -mindepth 1 | sort; cat /dev/shm/*/file /dev/shm/*/*/file 2>/dev/null',
  );
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^warning: \/dev\/shm\/ignite is not owned by root alone/m);
  assert.equal(stdout.match(/^kept$/gm)?.length, 2, stdout);
  assert.equal(stdout.match(/^\/dev\/shm\/.*$/gm)?.length, 5, 'and nothing is left there');

  const link = `ln -s "$IGNITE_DATA_DIR" /dev/shm/ignite && chown -h ${stranger} /dev/shm/ignite`;
  const linked = withSharedMemory(link, ['kernel', 'build'], 'ls -l /dev/shm');
  assert.equal(linked.status, 0, linked.stderr);
  assert.match(linked.stderr, /^warning: \/dev\/shm\/ignite is not owned by root alone/m);

  execFileSync(bin, ['image', 'prune', '-f'], { env: ignite.env });
  const free = withSharedMemory(':', ['image', 'import', busybox], 'stat -c "%a %u" /dev/shm/ignite');
  assert.match(free.stdout, /^700 0$/m);
  assert.doesNotMatch(free.stderr, /warning/);
});

test('whoever is not of the group sees nothing of images, disks, kernels, keys and definitions', async () => {
  await ignite.ok('run', busybox, '--name', 'web', '--memory', '128MB', '--', 'sleep', '1000');
  const found = asStranger(['find', dataDir, ignite.paths.runDir, '-type', 'f', '-readable']);
  await ignite.ok('stop', '-f', 'web');
  assert.deepEqual(
    found.stdout.split('\n').filter((path) => path !== '' && !path.includes('/network/')),
    [],
  );
  const [image] = readdirSync(join(dataDir, 'images')).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const disk = join(dataDir, 'images', image!, 'base.ext4');
  assert.ok(existsSync(disk));
  assert.equal(asStranger(['cat', disk]).status, 1);
  assert.equal(asStranger(['cat', join(dataDir, 'state.db')]).status, 1);
  const refused = asStranger([bin, 'ps', '-a']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /you may not read \S+\nhint: run it with sudo; members of the group "ignite"/);
});

test('the group of the data directory looks at a snapshot, and holds up nobody by what it locks', async () => {
  chownSync(dataDir, 0, group);
  await ignite.ok('volume', 'create', 'seen', '--size', '16MB');
  const snapshot = join(dataDir, 'state.snapshot');
  assert.deepEqual([statSync(snapshot).mode & 0o777, statSync(snapshot).gid], [0o640, group]);
  for (const args of [
    ['ps', '-a', '-o', 'json'],
    ['images', '-q'],
    ['kernels', '-q'],
    ['volume', 'ls', '-o', 'json'],
    ['inspect', 'vm', 'web'],
    ['events', '-o', 'json'],
    ['get', '-o', 'json'],
    ['gitops', 'status'],
  ]) {
    const looked = asStranger([bin, ...args], [group]);
    assert.equal(looked.status, 0, looked.stderr);
    assert.equal(looked.stdout, await ignite.ok(...args), args.join(' '));
  }
  assert.equal(asStranger([bin, 'volume', 'create', 'x'], [group]).status, 1);
  assert.equal(asStranger(['cat', join(dataDir, 'state.db')], [group]).status, 1);

  // F_RDLCK by F_SETLK is the only lock that a process can take on a file that it may only read (fcntl(2)).
  const lock =
    '$| = 1; for (@ARGV) { open(my $f, "<", $_) or next; push @held, $f; my $whole = pack("s s l! l! i", 0, 0, 0, 0, 0); print "$_\\n" if fcntl($f, 6, $whole) } print "done\\n"; sleep 3600';
  const names = ['state.db', 'state.db-wal', 'state.db-shm', 'state.snapshot', 'locks/vm.lock'];
  const paths = names.map((name) => join(dataDir, name));
  const user = [`--reuid=${stranger}`, `--regid=${stranger}`, `--groups=${group}`];
  const attacker = spawn('setpriv', [...user, 'perl', '-e', lock, ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let said = '';
    for await (const part of attacker.stdout) if ((said += String(part)).includes('done')) break;
    assert.equal(said, `${snapshot}\ndone\n`);
    await ignite.ok('volume', 'rm', 'seen');
    assert.doesNotMatch(asStranger([bin, 'volume', 'ls'], [group]).stdout, /seen/);
  } finally {
    attacker.kill('SIGKILL');
  }

  chownSync(dataDir, 0, 0);
  await ignite.ok('volume', 'prune', '-f');
  assert.ok(!existsSync(snapshot), 'a group that may look no more finds nothing');
});

test('the same may be read and written whatever umask root has', () => {
  for (const umask of ['0', '077']) {
    const dir = join(ignite.dir, `umask-${umask}`);
    const env = { ...ignite.env, IGNITE_DATA_DIR: join(dir, 'data'), IGNITE_RUN_DIR: join(dir, 'run') };
    const line = `umask ${umask} && "$0" volume create v --size 16MB && "$0" image import "$1"`;
    execFileSync('sh', ['-c', line, bin, busybox], { env, stdio: 'pipe' });
    const open = execFileSync('find', [dir, '-perm', '/022', '-not', '-type', 'l'], { encoding: 'utf8' });
    assert.equal(open, '', `with umask ${umask} others may write`);
    const modes = execFileSync(
      'find',
      [join(dir, 'data'), '-maxdepth', '1', '-perm', '/077', '-printf', '%f %m\n'],
      {
        encoding: 'utf8',
      },
    );
    assert.deepEqual(modes.trim().split('\n').toSorted(), ['data 711', 'host.json 640', 'network 755']);
    rmSync(dir, { recursive: true });
  }
});

test('a data directory that a user may write to is not worked in', () => {
  const dir = join(ignite.dir, 'shared');
  mkdirSync(dir);
  for (const [mode, owner] of [
    [0o1777, 0],
    [0o755, stranger],
  ] as const) {
    chmodSync(dir, mode);
    chownSync(dir, owner, 0);
    const { status, stderr } = spawnSync(bin, ['--data-dir', dir, 'volume', 'create', 'x'], {
      env: ignite.env,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^error: users other than the owner can write to \S+shared\nhint: /);
    assert.deepEqual(readdirSync(dir), []);
  }
});

function damage(kind: string, name: string, json: string): void {
  using db = new DatabaseSync(join(dataDir, 'state.db'));
  db.prepare('UPDATE objects SET json = ? WHERE kind = ? AND name = ?').run(json, kind, name);
}

test('a record that is damaged hinders its own object alone, and is removed with its files', async () => {
  const uid = (await ignite.ok('create', busybox, '--name', 'torn', '--memory', '128MB', '-q')).trim();
  await ignite.ok('create', busybox, '--name', 'odd', '--memory', '128MB');
  await ignite.ok('volume', 'create', 'torn', '--size', '16MB');
  mkdirSync(join(dataDir, 'vms', uid), { mode: 0o700 });
  writeFileSync(join(dataDir, 'vms', uid, 'root.qcow2'), 'somebody’s data');
  damage('VM', 'torn', `{"kind":"VM","metadata":{"name":"torn","uid":"${uid}",`);
  damage('VM', 'odd', '{"apiVersion":"x","kind":"VM","metadata":{"name":"odd"},"spec":5}');
  damage('Volume', 'torn', 'null');

  const listed = await ignite.run('ps', '-a');
  assert.equal(listed.code, 0, listed.stderr);
  assert.match(listed.stdout, /\bweb\n/);
  assert.doesNotMatch(listed.stdout, /torn|odd/);
  assert.match(
    listed.stderr,
    /^warning: the record of VM "torn" is damaged \(it is not JSON\): "ignite rm torn" removes it$/m,
  );
  assert.match(listed.stderr, /^warning: the record of VM "odd" is damaged \(metadata\.\w+ is not a \w+\)/m);
  assert.equal((await ignite.run('inspect', 'vm', 'web')).code, 0);
  assert.match((await ignite.run('start', 'torn')).stderr, /there is no VM with the name or uid "torn"/);
  assert.equal((await ignite.run('create', busybox, '--name', 'torn')).code, 1, 'the name is taken');
  await ignite.ok('prune', '-f', '--kept-disks');
  assert.ok(
    existsSync(join(dataDir, 'vms', uid, 'root.qcow2')),
    'what is of a damaged record is not left over',
  );

  assert.match(await ignite.ok('rm', 'torn'), new RegExp(`name "torn" and ID "${uid}"`));
  assert.ok(!existsSync(join(dataDir, 'vms', uid)));
  await ignite.ok('rm', 'odd');
  await ignite.ok('volume', 'rm', 'torn');
  assert.ok(!existsSync(join(dataDir, 'volumes/torn')));
  const clean = await ignite.run('ps', '-a');
  assert.deepEqual([clean.code, clean.stderr], [0, '']);
});

test('a database that another holds, and one that is empty, are told as what they are', async () => {
  const dir = join(ignite.dir, 'held');
  const held = ignite.with({ IGNITE_DATA_DIR: dir });
  await held.ok('volume', 'create', 'v', '--size', '16MB');
  {
    using db = new DatabaseSync(join(dir, 'state.db'));
    db.exec('BEGIN IMMEDIATE');
    const { code, stderr } = await held.run('volume', 'create', 'w', '--size', '16MB');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: database of VMs: database is locked\nhint: another program is using the database/m,
    );
  }
  truncateSync(join(dir, 'state.db'));
  for (const args of [['ps'], ['volume', 'create', 'x']]) {
    const { code, stdout, stderr } = await held.run(...args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^error: \S+state\.db is empty: its data is lost\nhint: restore it from a backup/);
  }
});

test('a disk that is full to its last byte is freed by removing what is on it', async () => {
  const dir = join(ignite.dir, 'small');
  mkdirSync(dir, { mode: 0o711 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=711', 'none', dir]);
  const small = new Ignite(dir, 193);
  const fill = (): void => {
    // The monitor of a VM that was removed may give space back meanwhile.
    const deadline = Date.now() + settleMs;
    do {
      assert.ok(Date.now() < deadline, 'somebody gives space back again and again');
      spawnSync('sh', ['-c', 'cat /dev/zero >>"$0"', join(dir, 'filling')], { stdio: 'ignore' });
    } while (statfsSync(dir).bavail > 0);
  };
  try {
    await small.ok('volume', 'create', 'old', '--size', '16MB');
    for (const name of ['runs', 'goes'])
      await small.ok('run', busybox, '--name', name, '--memory', '128MB', '--', 'sleep', '1000');
    await small.ok('create', busybox, '--name', 'idle', '--memory', '128MB');
    fill();
    assert.match(await small.ok('ps'), /\bruns\b/);
    await small.ok('stop', '-f', 'runs');
    assert.match(await small.ok('ps', '-a'), /Stopped \(137\).* runs\n/);
    fill();
    await small.ok('rm', '-f', 'goes');
    fill();
    await small.ok('volume', 'rm', 'old');
    fill();
    await small.ok('rm', 'runs', 'idle');
    fill();
    await small.ok('rmi', '-f', (await small.ok('images', '-q')).trim());
    fill();
    assert.match(await small.ok('prune', '-f'), /^Removed kernel/m);
    assert.ok(statfsSync(dir).bavail > 0);
  } finally {
    rmSync(join(dir, 'filling'), { force: true });
    await small.ok('rm', '-f', 'runs', 'goes').catch(() => {});
    await untilFree(dir);
  }
});

/** Waits for the monitors of removed VMs, which are still checking whether there is something to do. */
async function untilFree(dir: string): Promise<void> {
  for (const deadline = Date.now() + settleMs; spawnSync('umount', [dir]).status !== 0; await delay(50))
    assert.ok(Date.now() < deadline, `${dir} is in use`);
}
