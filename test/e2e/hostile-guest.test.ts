import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { BusyboxHost, busybox } from './fixtures/busybox.ts';
import type { Ignite } from './fixtures/ignite.ts';
import { memoryEater } from './fixtures/memory-eater.ts';

/** The number of rounds in which a guest does its worst; the long form of this test has ten. */
const rounds = Number(process.env['IGNITE_HOSTILE_ROUNDS'] ?? 1);

let host: BusyboxHost;
let ignite: Ignite;
let shared: string;
before(async () => {
  host = await BusyboxHost.open(190);
  ({ ignite } = host);
  shared = join(ignite.dir, 'shared');
  mkdirSync(shared);
  const script = [
    'cd /src; touch plain hard; echo plain >plain',
    'chmod 4755 plain; echo "suid: $?"; mkdir folder; chmod 2777 folder; echo "sgid: $?"',
    'mknod disk b 254 0; echo "mknod: $?"; truncate -s 1125899906842624 huge; echo "huge: $?"',
    'ln -s /etc/shadow link; cat link | head -c 4; ln ../../../../../../etc/shadow shadow; echo "link: $?"',
    'echo waiting; sleep 1000',
  ].join('\n');
  await host.run('hungry', script, '--mount', `type=bind,source=${shared},target=/src`);
  await untilSaid('hungry', /^waiting/m);
});
after(() => host[Symbol.asyncDispose]());

const inspect = async (vm: string): Promise<Vm> => JSON.parse(await ignite.ok('inspect', vm)) as Vm;

/** Waits for the words for as long as the VM runs. */
async function untilSaid(vm: string, words: RegExp): Promise<void> {
  for (let said = ''; !words.test(said); said = await ignite.logged(vm)) {
    const { phase, message } = (await inspect(vm)).status;
    assert.equal(phase, 'Running', `${message}; ${said}`);
    await delay(500);
  }
}

const read = (path: string): string => readFileSync(path, 'utf8');

/** Returns the folder of a cgroup below /ignite, of version 1 or 2. */
function cgroup(controller: string, name: string): string {
  const v1 = `/sys/fs/cgroup/${controller}`;
  return join(existsSync(v1) ? v1 : '/sys/fs/cgroup', 'ignite', name);
}

test('a VMM has no power, sees only what is its own, and writes to less', () => assertShutIn('VMM', 2));

test("the keeper of a VM's streams has no more power than its VMM", () => assertShutIn('keeper', 1));

/** Checks a process of the VM "hungry", which has the given number of seccomp filters. */
async function assertShutIn(program: 'keeper' | 'VMM', filters: number): Promise<void> {
  const { metadata } = await inspect('hungry');
  const { pid } = (await ignite.processesOf('hungry')).vmm!;
  const proc = `/proc/${program === 'keeper' ? pid : Number(read(`/proc/${pid}/task/${pid}/children`))}`;
  const own = read(`${proc}/status`);
  const user = /^Uid:\s+(\d+)\s+\1\s+\1\s+\1$/m.exec(own)?.[1];
  assert.equal(user, String(0x70000000 + Number.parseInt(metadata.uid.slice(0, 6), 16)));
  assert.match(own, new RegExp(`^Gid:\\s+${user}\\s+${user}\\s+${user}\\s+${user}$`, 'm'));
  assert.match(own, /^Groups:\s*$/m);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    assert.match(own, new RegExp(`^${set}:\\s+0{16}$`, 'm'));
  assert.match(own, new RegExp(`^NoNewPrivs:\\s+1\nSeccomp:\\s+2\nSeccomp_filters:\\s+${filters}$`, 'm'));
  for (const kind of ['pid', 'mnt', 'net', 'ipc', 'uts'])
    assert.notEqual(readlinkSync(`${proc}/ns/${kind}`), readlinkSync(`/proc/self/ns/${kind}`), kind);

  const mounts = read(`${proc}/mountinfo`).split('\n').filter(Boolean);
  const targets = (mode: 'ro' | 'rw'): readonly string[] =>
    mounts
      .map((line) => line.split(' '))
      .filter(([, , , , , options = '']) => options.split(',').includes(mode))
      .map(([, , , , target = '']) => target);
  assert.ok(targets('ro').includes('/'));
  assert.deepEqual(
    targets('rw')
      .filter((target) => target.startsWith('/vm/'))
      .toSorted(),
    ['/vm/events.in', '/vm/events.out', '/vm/exit-status', '/vm/root.qcow2', '/vm/run'],
  );
  for (const name of ['seed.cpio', 'base.ext4', 'kernel', 'initrd'])
    assert.ok(targets('ro').includes(`/vm/${name}`), name);

  const opened = readdirSync(`${proc}/fd`).flatMap((fd) => openedAs(`${proc}/fd/${fd}`));
  const foreign = opened.filter(
    (path) => !/^(\/vm\/|\/dev\/(null|net\/tun)$|(pipe|socket|anon_inode):|\/memfd:)/.test(path),
  );
  assert.deepEqual(foreign, []);
  const environ = read(`${proc}/environ`).split('\0').filter(Boolean);
  assert.deepEqual(environ.toSorted(), ['HOME=/', 'PATH=/usr/bin:/usr/sbin']);
  const limits = read(`${proc}/limits`);
  assert.match(limits, /^Max core file size\s+0\s+0/m);
  const [, most = ''] = /^Max file size\s+(\d+)\s+\1/m.exec(limits) ?? [];
  assert.ok(Number(most) < 5 * 2 ** 30, 'little more than its disk of 4 GiB');
}

/** Returns what a descriptor stands for, unless it has just been closed. */
function openedAs(fd: string): readonly string[] {
  try {
    return [readlinkSync(fd)];
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw failure;
  }
}

test("a VMM's monitor has its part of a CPU, whatever a guest prints", async () => {
  const { metadata } = await inspect('hungry');
  const { monitor } = await ignite.processesOf('hungry');
  assert.match(read(`/proc/${monitor!.pid}/cgroup`), new RegExp(`/ignite/${metadata.uid}\\.monitor$`, 'm'));
  const folder = cgroup('cpu', `${metadata.uid}.monitor`);
  const quota = existsSync(join(folder, 'cpu.max')) ? 'cpu.max' : 'cpu.cfs_quota_us';
  assert.match(read(join(folder, quota)), /^25000\b/);
});

test('a guest makes nothing in a shared folder that has power on the host, nor gets out of it', async () => {
  const said = await ignite.logged('hungry');
  for (const refused of ['suid', 'sgid', 'mknod', 'link'])
    assert.match(said, new RegExp(`${refused}: [1-9]`), said);
  assert.doesNotMatch(said, /^root/m, "its link leads to the guest's own file");
  for (const name of ['plain', 'folder']) assert.equal(statSync(join(shared, name)).mode & 0o6000, 0, name);
  assert.ok(!existsSync(join(shared, 'disk')));
});

test('no second VM is made whose VMM would run as the same user', async () => {
  const { uid } = (await inspect('hungry')).metadata;
  const path = join(ignite.dir, 'evil.yaml');
  writeFileSync(
    path,
    `apiVersion: ignite.weave.works/v1\nkind: VM\nmetadata:\n  name: evil\n  annotations:\n    ignite.weave.works/uid: "${uid.slice(0, 6)}ffffffffff"\nspec:\n  image: {oci: busybox}\n`,
  );
  const refused = await ignite.run('create', '--config', path);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /would run as the same user as VM "hungry"/);
});

test("a VM that the host's limit ends says so", async () => {
  const { uid } = (await inspect('hungry')).metadata;
  const folder = cgroup('memory', uid);
  const [usage, limit] = existsSync(join(folder, 'memory.max'))
    ? ['memory.current', 'memory.max']
    : ['memory.usage_in_bytes', 'memory.limit_in_bytes'];
  writeFileSync(join(folder, limit), String(Number(read(join(folder, usage))) + 2 ** 24));
  // Another program takes what is left, so that it does not depend on the guest when the memory is out. The kernel ends the
  // largest program, which is the VMM.
  const eat = 'open(F, ">", $ARGV[0]) and print F $$ and close(F) or die $!; my $memory = "x" x 2 ** 26';
  spawnSync('perl', ['-e', eat, join(folder, 'cgroup.procs')]);
  for (const began = Date.now(); (await inspect('hungry')).status.phase !== 'Stopped'; await delay(200))
    assert.ok(Date.now() - began < 600_000, 'it has not ended');
  const { status } = await inspect('hungry');
  assert.equal(status.exitCode, 137);
  assert.match(status.message ?? '', /^out of memory on the host: /);
  assert.equal(await ignite.ok('wait', 'hungry'), '137\n');
  assert.match(await ignite.ok('events'), /exit code 137: out of memory on the host: /);
  assert.ok(!existsSync(cgroup('cpu', `${uid}.monitor`)), "nothing of the monitor's is left");
  await ignite.ok('rm', 'hungry');
});

test(
  'guests survive what they do to their memory, an unprivileged attacker in them included',
  { skip: process.arch !== 'x64' && 'the attacker is a program of amd64' },
  async () => {
    const eater = join(ignite.dir, 'eater');
    writeFileSync(
      eater,
      memoryEater({ code: 2 ** 23, memory: 100 * 2 ** 20, addresses: 2 ** 32, rounds: 1 }),
      { mode: 0o755 },
    );
    const script = [
      `for round in $(seq ${rounds}); do`,
      'dd if=/dev/zero of=/fill bs=1M count=200 && md5sum /fill && rm /fill || exit 1',
      'find / -xdev -type f -print0 | xargs -0 md5sum >/dev/null',
      'su app -c /eater || exit 1; done; echo; echo survived; sleep 1000',
    ].join('\n');
    for (const memory of rounds > 1 ? ['256MB', '512MB'] : ['256MB']) {
      const flags = ['--name', 'eaten', '--memory', memory, '--copy-files', `${eater}:/eater`];
      await ignite.ok('run', busybox, ...flags, '--', 'sh', '-c', script);
      await untilSaid('eaten', /^survived/m);
      await ignite.ok('rm', '-f', 'eaten');
    }
  },
);
