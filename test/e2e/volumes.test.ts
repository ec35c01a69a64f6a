import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
const loops = new DisposableStack();
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(145);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  loops.dispose();
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const at = (name: string): string => join(ignite.dir, name);
const memory = ['--memory', '128MB'];
/** A guest boots slowly on a busy host. */
const patienceMs = 600_000;

/** Creates a block device of 32 MiB with what `argv` makes on it. */
function makeDevice(name: string, ...argv: readonly string[]): string {
  const file = at(name);
  writeFileSync(file, '');
  truncateSync(file, 32 * 2 ** 20);
  const [tool, ...args] = argv;
  if (tool !== undefined) execFileSync(tool, [...args, file], { stdio: 'pipe' });
  const device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  loops.defer(() => execFileSync('losetup', ['--detach', device]));
  return device;
}

/** Runs a script to its end in a VM of its own, and returns what it wrote. */
async function inVm(name: string, flags: readonly string[], script: string): Promise<string> {
  await ignite.ok('run', 'busybox', '--name', name, ...memory, ...flags, '--', 'sh', '-c', script);
  assert.equal(await ignite.ok('wait', name), '0\n', await ignite.logged(name));
  const said = await ignite.logged(name);
  await ignite.ok('rm', name);
  return said;
}

async function logged(name: string, wanted: RegExp): Promise<string> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    const said = await ignite.logged(name);
    if (wanted.test(said)) return said;
    await delay(200);
  }
  throw new Error(`${String(wanted)} is not in ${await ignite.logged(name)}`);
}

const virtiofsds = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /virtiofsd/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    } catch {
      return false;
    }
  });

test('a VM has a device, a file, a named volume and folders of the host, and what is in them outlives it', async () => {
  for (const dir of ['src', 'fixed', 'tree']) mkdirSync(at(dir));
  writeFileSync(at('tree/made'), 'on the device\n');
  writeFileSync(at('src/a'), 'of the host\n');
  writeFileSync(at('fixed/b'), 'fixed\n');
  symlinkSync('/etc/hostname', at('src/escape'));
  symlinkSync(`../../..${at('fixed/b')}`, at('src/climb'));
  const device = makeDevice('device', 'mke2fs', '-q', '-t', 'ext4', '-d', at('tree'));
  const script = [
    'for disk in /sys/block/vd*; do echo "${disk##*/} $(cat $disk/serial)"; done',
    'cat /device/made; cat /src/a; ls -A /data; echo "escape: $(cat /src/escape 2>&1)"; cat /src/climb',
    'echo d >/device/d; echo f >/file/f; echo n >/data/n; mkdir /src/sub; echo g >/src/sub/g; chown 1000:1000 /src/sub/g',
    'chmod 4755 /src/sub/g; echo "suid: $?"; mknod /src/null c 1 3; echo "mknod: $?"',
    'echo x >/fixed/x; echo "write: $?"; mount -o remount,rw /fixed; echo x >/fixed/x; echo "again: $?"; cat /fixed/b',
    'df /data | tail -n 1; sync; echo ready',
    'until [ -e /src/later ]; do sleep 0.2; done; cat /src/later; sleep 1000',
  ].join('\n');
  const flags = [
    ...['-v', `${device}:/device,${at('file')}:/file:size=32MB`, '-v', 'data:/data:size=64MB'],
    ...['--mount', `type=bind,source=${at('src')},target=/src`, '-v', `${at('fixed')}:/fixed:ro`],
  ];
  await ignite.ok('run', 'busybox', '--name', 'all', ...memory, ...flags, '--', 'sh', '-c', script);
  const said = await logged('all', /^ready/m);
  assert.match(said, /vda root\nvdb volume0\nvdc volume1\nvdd volume2\nvde modules\nvdf seed\n/);
  assert.match(said, /on the device\nof the host\nescape: all\n/);
  assert.ok(!said.includes('\nfixed\nfixed\n'), 'no symlink leads out of a folder');
  for (const refused of ['suid', 'mknod', 'write', 'again'])
    assert.match(said, new RegExp(`${refused}: [1-9]`), said);
  const { uid, gid, mode } = statSync(at('src/sub/g'));
  assert.deepEqual([uid, gid, mode & 0o7777], [1000, 1000, 0o644]);
  assert.deepEqual(readdirSync(at('fixed')), ['b']);
  writeFileSync(at('src/later'), 'seen from inside\n');
  await logged('all', /^seen from inside/m);
  await otherVmsAreRefused();

  assert.equal(virtiofsds().length, 2);
  await ignite.ok('rm', '-f', 'all');
  assert.deepEqual(virtiofsds(), []);
  assert.equal(statSync(at('file')).uid, process.getuid!());
  assert.ok(!execFileSync('getfacl', ['-p', at('file')], { encoding: 'utf8' }).includes('user:1'));
  const grown = await inVm(
    'next',
    ['-v', `${device}:/device`, '-v', `${at('file')}:/file`, '-v', 'data:/data:size=128MB'],
    'cat /device/d /file/f /data/n; echo "size: $(df -m /data | tail -n 1 | awk \'{ print $2 }\')"',
  );
  assert.match(grown, /d\nf\nn\nsize: 1[0-2]\d\n/);
  assert.match(await ignite.ok('volume', 'ls'), /data .*128\.0 MB/);
});

/** Checks, while the VM "all" runs, that other VMs cannot use its volumes. */
async function otherVmsAreRefused(): Promise<void> {
  const busy = await ignite.run('run', 'busybox', '--name', 'busy', ...memory, '-v', 'data:/x');
  assert.equal(busy.code, 1);
  assert.match(busy.stderr, /volume "volume0" is in use by VM "all"\nhint: /);
  await ignite.ok('rm', 'busy');
  const used = await ignite.run('volume', 'rm', '-f', 'data');
  assert.equal(used.code, 1);
  assert.match(used.stderr, /volume "data" is used by VM "all"/);
  assert.match(await ignite.ok('volume', 'ls'), /NAME +CREATED +SIZE +USED BY\n.*data .*64\.0 MB +all\n/);
}

test('a volume that is attached read-only cannot be written to by any means, and several VMs read it at once', async () => {
  await inVm('writer', ['-v', 'shared:/x:size=32MB'], 'echo kept >/x/kept');
  const script =
    'cat /x/kept; touch /x/y; mount -o remount,rw /x; touch /x/y; echo z >/dev/vdb; echo "raw: $?"; sync; sleep 1000';
  for (const name of ['one', 'two'])
    await ignite.ok(
      'run',
      'busybox',
      '--name',
      name,
      ...memory,
      '-v',
      'shared:/x:ro',
      '--',
      'sh',
      '-c',
      script,
    );
  for (const name of ['one', 'two']) {
    const said = await logged(name, /raw: /);
    assert.match(said, /kept\n/);
    assert.equal(said.match(/Read-only file system/g)?.length, 2, said);
  }
  const writer = await ignite.run('run', 'busybox', '--name', 'three', ...memory, '-v', 'shared:/x');
  assert.match(writer.stderr, /in use by VM "(one|two)"/);
  await ignite.ok('rm', '-f', 'one', 'two', 'three');
  assert.equal((await ignite.run('volume', 'rm', 'shared')).code, 0);
  assert.equal((await ignite.run('volume', 'inspect', 'shared')).code, 1);
});

const bad: readonly (readonly [string, () => readonly string[], RegExp])[] = [
  ['a device that is missing', () => ['-v', `${at('nope')}:/x`], /device path not found: \S+\/nope\n/],
  ['a folder for a device', () => ['-v', `${at('src')}:/x:size=1GB`], /a size of its own/],
  ['an unformatted device', () => ['-v', `${makeDevice('empty')}:/x`], /contains no file system/],
  ['a device with swap', () => ['-v', `${makeDevice('swap', 'mkswap', '-q')}:/x`], /contains swap space/],
  ['a mount over the root', () => ['-v', 'data:/'], /must not be \//],
  ['a volume too small', () => ['-v', 'tiny:/x:size=1MB'], /at least 16\.?0? ?MB/],
];

for (const [what, flags, said] of bad) {
  test(`${what} is refused before anything is made`, async () => {
    const refused = await ignite.run('run', 'busybox', '--name', 'refused', ...memory, ...flags());
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, said);
    assert.match(refused.stderr, /\nhint: /);
    assert.equal(await ignite.ok('ps', '-a', '-q'), '');
  });
}

test("user data is on a disk that the guest's cloud-init looks for, with the name and the address of the VM", async () => {
  writeFileSync(at('user-data'), '#cloud-config\nruncmd: [true]\n');
  const script = 'mkdir /c; mount -t vfat -o ro /dev/vdd /c; cat /c/user-data /c/meta-data /c/network-config';
  const said = await inVm('cloudy', ['--user-data', at('user-data')], script);
  assert.match(said, /#cloud-config\nruncmd: \[true\]\n/);
  assert.match(said, /"local-hostname": "cloudy"/);
  assert.match(said, /"10\.145\.\d+\.\d+\/16"/);
});

test('user data may be in a Secret, which is read at each start and shown nowhere', async () => {
  const words = ['mount -t vfat -o ro /dev/vdd /mnt', 'cat /mnt/user-data'].join('; ');
  const vm = {
    apiVersion: 'ignite.weave.works/v1',
    kind: 'VM',
    metadata: { name: 'secretive' },
    spec: {
      image: { oci: 'busybox' },
      memory: '128MB',
      command: ['sh', '-c', `mkdir -p /mnt; ${words}`],
      cloudInit: { userDataSecretRef: { name: 'boot', key: 'data' } },
    },
  };
  writeFileSync(at('secretive.json'), JSON.stringify(vm));
  const missing = await ignite.run('apply', '-f', at('secretive.json'));
  assert.equal(missing.code, 1);
  assert.match(
    missing.stdout,
    /^VM\/secretive failed: VM "secretive" gets its user data from the key "data" of the Secret default\/boot, which does not exist$/m,
  );
  for (const stringData of [{ data: '#cloud-config first\n' }, { data: '#cloud-config second\n' }]) {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'boot' }, stringData };
    writeFileSync(at('boot.json'), JSON.stringify(secret));
    await ignite.ok('apply', '-f', at('boot.json'));
    await ignite.ok('start', 'secretive');
    await ignite.ok('wait', 'secretive');
    assert.match(await ignite.logged('secretive'), new RegExp(stringData.data));
  }
  assert.doesNotMatch(await ignite.ok('get', 'vm/secretive', '-o', 'yaml'), /#cloud-config/);
  await ignite.ok('rm', 'secretive');
});

test('a device that this host has mounted is not given away', async () => {
  const device = makeDevice('mounted', 'mke2fs', '-q', '-t', 'ext4');
  mkdirSync(at('mnt'));
  execFileSync('mount', [device, at('mnt')]);
  try {
    const busy = await ignite.run('run', 'busybox', '--name', 'mounted', ...memory, '-v', `${device}:/x`);
    assert.equal(busy.code, 1);
    assert.match(busy.stderr, /in use by this host\nhint: unmount/);
  } finally {
    execFileSync('umount', [at('mnt')]);
  }
  await ignite.ok('rm', 'mounted');
});

test('a file system that the kernel of the guest does not know stops the boot, on the console and in the status', async () => {
  const device = makeDevice('minix', 'mkfs.minix');
  await ignite.ok(
    'run',
    'busybox',
    '--name',
    'minix',
    ...memory,
    '-v',
    `${device}:/x`,
    '--',
    'touch',
    '/x/y',
  );
  await ignite.run('wait', 'minix');
  const message = 'volume "volume0" cannot be mounted at /x as minix';
  assert.ok((await ignite.logged('minix')).includes(`ignite: ${message}`));
  assert.ok((await ignite.ok('inspect', 'minix')).includes(JSON.stringify(message)));
  await ignite.ok('rm', 'minix');
});

test('kill -9 of run half-way, and of the VMM, leaves no program that shares folders, and no volume in use', async () => {
  const args = [
    'run',
    'busybox',
    '--name',
    'killed',
    ...memory,
    '-v',
    `${at('src')}:/src`,
    '-v',
    'data:/data',
  ];
  const command = ignite.start([...args, '--', 'sleep', '1000']);
  while (virtiofsds().length === 0) await delay(10);
  command.kill();
  await command.ended;
  await ignite.ok('start', 'killed');
  assert.equal(virtiofsds().length, 1);
  const { vmm } = await ignite.processesOf('killed');
  process.kill(vmm!.pid, 'SIGKILL');
  for (const deadline = Date.now() + patienceMs; virtiofsds().length > 0 && Date.now() < deadline;)
    await delay(50);
  assert.deepEqual(virtiofsds(), []);
  await inVm('after', ['-v', 'data:/data'], 'cat /data/n');
  await ignite.ok('rm', '-f', 'killed');
});

test('volumes and what mounts them are declared in manifests, grow in their place, and are not made smaller', async () => {
  const manifest = (size: string): string => `
apiVersion: ignite.weave.works/v1
kind: VM
metadata: {name: declared}
spec:
  image: {oci: busybox}
  memory: 128MB
  storage:
    volumes:
    - {name: pool, volume: {name: pool}}
    volumeMounts:
    - {name: pool, mountPath: /pool}
  command: [sh, -c, 'df -m /pool; sleep 1000']
---
apiVersion: ignite.weave.works/v1
kind: Volume
metadata: {name: pool, labels: {tier: data}}
spec: {size: ${size}}
`;
  const apply = async (size: string, ...flags: readonly string[]) => {
    writeFileSync(at('pool.yaml'), manifest(size));
    chmodSync(at('pool.yaml'), 0o600);
    return await ignite.run('apply', '-f', at('pool.yaml'), ...flags);
  };
  const first = await apply('32MB');
  assert.equal(first.code, 0, first.stderr);
  assert.ok(first.stdout.indexOf('Volume/pool applied') < first.stdout.indexOf('VM/declared applied'));
  assert.match(await ignite.ok('get', 'volumes'), /Volume +pool +used by declared/);
  assert.equal((await apply('64MB')).code, 0);
  assert.match(await ignite.ok('get', 'volume/pool', '-o', 'yaml'), /size: 64MB/);
  assert.match((await apply('32MB', '--dry-run')).stdout, /held|replace/);
  assert.match(await ignite.ok('explain', 'volume'), /size .*10GB/);
  assert.equal((await ignite.run('delete', 'volume/pool')).code, 1);
  await ignite.ok('delete', '-f', at('pool.yaml'));
  assert.ok(!existsSync(at('data/volumes/pool')));
  rmSync(at('pool.yaml'));
});
