import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { powerCut } from './fixtures/power-cut.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
let dir: string;
before(async () => {
  leaks = watchLeaks();
  dir = mkdtempSync(join(tmpdir(), 'ignite-failure-'));
  ignite = await Ignite.openWithKernel(105);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
  await leaks[Symbol.asyncDispose]();
});

test('a guest without an SSH server is told of, and goes on', async () => {
  const mute = await ignite.run('run', 'busybox', '--name', 'mute', '--ssh', '--', 'sleep', '1000');
  assert.equal(mute.code, 1);
  assert.match(mute.stderr, /VM "mute" runs, but its image has no SSH server.*\nhint: .*openssh-server/);
  assert.notEqual(await ignite.ok('ps', '-q', '--filter', 'name=mute'), '');
  await ignite.ok('rm', '-f', 'mute');
  const result = await ignite.run(
    'run',
    'busybox',
    '--name',
    'deaf',
    '--ssh',
    '--timeout',
    '6',
    '--',
    'sleep',
    '1000',
  );
  assert.equal(result.code, 1);
  assert.match(result.stderr, /SSH of VM "deaf" did not answer within 6 s\nhint: .*needs an SSH server/);
  assert.notEqual(await ignite.ok('ps', '-q', '--filter', 'name=deaf'), '');
  await ignite.ok('rm', '-f', 'deaf');
});

test('a guest that ends before its SSH is there is told of at once, with why', async () => {
  const result = await ignite.run('run', 'busybox', '--name', 'brief', '--ssh', '--', 'false');
  assert.equal(result.code, 1);
  assert.match(
    result.stderr,
    /VM "brief" powered off with exit code 1 before it was ready\nhint: .*ignite logs brief/,
  );
  const absent = await ignite.run('run', 'busybox', '--name', 'absent', '--ssh', '--', '/no/such/program');
  assert.match(absent.stderr, /powered off with exit code 127/);
  assert.match(await ignite.logged('absent'), /\/no\/such\/program: not found in the image/);
  await ignite.ok('rm', 'brief', 'absent');
});

test('a guest cannot fill the host with what it reports', async () => {
  const script = [
    'for at in /sys/block/vd*; do [ "$(cat $at/serial)" != status ] || disk=/dev/${at##*/}; done',
    'yes | dd of=$disk bs=1M count=1024 2>&1 | grep space',
    'exit 5',
  ];
  await ignite.ok('run', 'busybox', '--name', 'flood', '--', 'sh', '-c', script.join('\n'));
  assert.equal(await ignite.ok('wait', 'flood'), '5\n');
  assert.match(await ignite.logged('flood'), /No space left on device/);
  const uid = (await ignite.ok('inspect', 'flood', '--format', '{{.metadata.uid}}')).trim();
  assert.equal(statSync(join(ignite.dir, 'data/vms', uid, 'exit-status')).size, 4_096);
  await ignite.ok('rm', 'flood');
});

test('a kernel that does not boot is told of, and the VM can be removed', async () => {
  const root = join(dir, 'kernel');
  mkdirSync(join(root, 'boot'), { recursive: true });
  mkdirSync(join(root, 'lib/modules/6.0.0'), { recursive: true });
  const kernel = Buffer.alloc(100_000, 'no kernel');
  // The kernel is the header of an empty x86-64 program (elf(5)).
  kernel.fill(0, 0, 64).write('\x7fELF\x02\x01\x01', 'latin1');
  kernel.writeUInt16LE(62, 18);
  writeFileSync(join(root, 'boot/vmlinux'), kernel);
  execFileSync('tar', ['-C', root, '-cf', join(dir, 'rootfs.tar'), '.']);
  const layout = join(dir, 'layout');
  execFileSync('umoci', ['init', '--layout', layout]);
  execFileSync('umoci', ['new', '--image', `${layout}:1`]);
  execFileSync('umoci', ['raw', 'add-layer', '--image', `${layout}:1`, join(dir, 'rootfs.tar')]);
  const result = await ignite.run(
    'run',
    'busybox',
    '--name',
    'dead',
    '--ssh',
    '--kernel-image',
    `oci:${layout}:1`,
  );
  assert.equal(result.code, 1);
  assert.match(result.stderr, /VM "dead" powered off before it was ready.*\nhint: /);
  await ignite.ok('rm', '-f', 'dead');
});

test('an image without a kernel is no kernel image', async () => {
  const result = await ignite.run('kernel', 'import', `oci-archive:${imageArchive('busybox')}`);
  assert.equal(result.code, 2);
  assert.match(result.stderr, /no \/boot\/vmlinux.*\nhint: /);
});

test('after a reboot a VM is shown as stopped, and starts with its disk and its address', async () => {
  const args = ['run', 'busybox', '--name', 'phoenix', '--memory', '128MB', '--'];
  await ignite.ok(
    ...args,
    'sh',
    '-c',
    'cat /kept 2>/dev/null; echo from before >/kept; sync; echo written; sleep 1000',
  );
  await logged('phoenix', /written/);
  const inspect = async (field: string) =>
    (await ignite.ok('inspect', 'phoenix', '--format', `{{json .${field}}}`)).trim();
  const address = await inspect('status.network.ipAddresses');
  await powerCut(ignite, [JSON.parse(await inspect('metadata.uid')) as string]);
  assert.equal(await ignite.ok('ps', '-q'), '');
  assert.match(await ignite.ok('ps', '-a'), /Stopped/);
  await ignite.ok('start', 'phoenix');
  await logged('phoenix', /from before/);
  assert.equal(await inspect('status.network.ipAddresses'), address);
  await powerCut(ignite, [JSON.parse(await inspect('metadata.uid')) as string]);
  await ignite.ok('rm', 'phoenix');
});

test('a disk that is full is told of, and what was begun is cleared away', async () => {
  const small = join(dir, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=711', 'tmpfs', small]);
  try {
    const full = ignite.with({ IGNITE_DATA_DIR: small });
    const result = await full.run('image', 'import', `oci-archive:${imageArchive('busybox')}`);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /the disk is full\n(cause: .*\n)?hint: /);
    assert.deepEqual(readdirSync(join(small, 'images')), []);
    assert.equal(await full.ok('images', '-q'), '');
    execFileSync('sh', ['-c', 'cat /dev/zero >"$1" 2>/dev/null || true', 'sh', join(small, 'rest')]);
    assert.match(await full.ok('ps', '-a'), /^VM ID/);
    const nothingLeft = await full.run('volume', 'create', 'data');
    assert.equal(nothingLeft.code, 1);
    assert.match(nothingLeft.stderr, /\nhint: .*(full|free some space)/);
    rmSync(join(small, 'rest'));
    execFileSync('mount', ['-o', 'remount,ro', small]);
    assert.match(
      (await full.run('volume', 'create', 'data')).stderr,
      /hint: the data directory is not writable/,
    );
  } finally {
    execFileSync('umount', [small]);
  }
});

test('a data directory that is a file is no empty one', async () => {
  const { code, stderr } = await ignite.with({ IGNITE_DATA_DIR: '/etc/hostname' }).run('ps');
  assert.equal(code, 1);
  assert.match(stderr, /ENOTDIR: .*\/etc\/hostname[^]*hint: .*--data-dir/);
});

test('a VMM that cannot be started leaves a VM that can be started once the cause is gone', async () => {
  await ignite.ok('create', 'busybox', '--name', 'later', '--', 'sleep', '1000');
  const broken = await ignite
    .with({ CNI_PATH: '/nowhere', PATH: withoutTool('conmon') })
    .run('start', 'later', '--ignore-preflight-checks', 'BinaryInPath');
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /"conmon" is not installed\nhint: .*ignite doctor/);
  assert.doesNotMatch(execFileSync('ip', ['netns'], { encoding: 'utf8' }), /ignite-/);
  await ignite.ok('start', 'later');
  await ignite.ok('rm', '-f', 'later');
});

/** Returns a PATH that has every program except one tool. */
function withoutTool(tool: string): string {
  const folder = join(dir, `without-${tool}`);
  mkdirSync(folder);
  const programs = new Map(
    ['/usr/bin', '/usr/sbin'].flatMap((from) => readdirSync(from).map((name) => [name, join(from, name)])),
  );
  for (const [name, path] of programs) if (name !== tool) symlinkSync(path, join(folder, name));
  return folder;
}

async function logged(name: string, wanted: RegExp): Promise<void> {
  for (const deadline = Date.now() + 600_000; Date.now() < deadline;) {
    if (wanted.test(await ignite.logged(name))) return;
    await delay(100);
  }
  throw new Error(`${name} never logged ${String(wanted)}: ${await ignite.logged(name)}`);
}
