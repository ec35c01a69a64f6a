import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { GuestTime } from './fixtures/guest-time.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { powerCut } from './fixtures/power-cut.ts';

const kills = Number(process.env['IGNITE_CRASH_ROUNDS'] ?? 8);
const patienceMs = 600_000;

let leaks: AsyncDisposable;
let ignite: Ignite;
let vms: string;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(172);
  vms = join(ignite.paths.dataDir, 'vms');
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('sshd')}`);
  await run('web', 'sshd', '--memory', '256MB');
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Runs a VM with a process that counts in its memory, ten times a second. */
async function run(name: string, image: string, ...args: readonly string[]): Promise<void> {
  await ignite.ok('run', image, '--name', name, '--ssh', ...args);
  const count =
    'b=/run/ignite/busybox; i=0; while :; do i=$((i+1)); echo $i >/run/new; $b mv /run/new /run/count; $b sleep 0.1; done';
  await inside(name, `echo 0 >/run/count; (${count}) >/dev/null 2>&1 </dev/null & echo $! >/run/counter`);
}

const inside = async (vm: string, line: string): Promise<string> =>
  (await ignite.ok('exec', vm, '--', '/run/ignite/busybox', 'sh', '-c', line)).trim();

const inspect = async (vm: string): Promise<Vm> => JSON.parse(await ignite.ok('inspect', vm)) as Vm;
const phaseOf = async (vm: string): Promise<string> => (await inspect(vm)).status.phase;

interface Life {
  readonly bootId: string;
  readonly counter: string;
  readonly count: number;
}

/** Returns what tells whether a guest has gone on: its boot, its process, and the count of it. */
async function lifeOf(vm: string): Promise<Life> {
  const told = await inside(
    vm,
    'cd /run; cat /proc/sys/kernel/random/boot_id counter count; [ -d /proc/$(cat counter) ] && echo alive',
  );
  const [bootId = '', counter = '', count = '', alive] = told.split('\n');
  assert.equal(alive, 'alive', told);
  return { bootId, counter, count: Number(count) };
}

/** Checks that a guest has gone on since, and goes on. */
async function assertGoesOn(vm: string, { count, ...before }: Life): Promise<void> {
  const { count: now, ...same } = await lifeOf(vm);
  assert.deepEqual(same, before);
  assert.ok(now >= count, `it counts on: from ${count} to ${now}`);
  for (const began = Date.now(); (await lifeOf(vm)).count <= now; await delay(200))
    assert.ok(Date.now() - began < patienceMs, 'its process runs');
}

const stateDir = async (vm: string): Promise<string> =>
  join(vms, (await inspect(vm)).metadata.uid, 'saved-state');

test('a suspended VM has no VMM, and comes back as it was, with its address and the right time', async (t) => {
  const before = await inspect('web');
  const life = await lifeOf('web');
  assert.equal(
    await ignite.ok('suspend', 'web'),
    `Suspended VM with name "web" and ID "${before.metadata.uid}"\n`,
  );
  const suspended = await inspect('web');
  assert.equal(suspended.status.phase, 'Suspended');
  assert.equal(suspended.spec.power, 'Suspended');
  assert.equal(await ignite.ok('ps', '-q'), '', 'it is not up');
  assert.match(await ignite.ok('ps', '-a'), / Suspended /);
  assert.match((await ignite.run('exec', 'web', '--', 'true')).stderr, /is not running/);
  assert.equal(vmmsOf(before), 0);
  const dir = await stateDir('web');
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  for (const name of readdirSync(dir)) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600, name);
  assert.match(await ignite.ok('suspend', 'web'), /^Suspended/, 'a second time there is nothing to do');
  await delay(2_000);
  assert.match(await ignite.ok('start', 'web'), /^Started VM "web" with address 10\.172\./);
  await assertGoesOn('web', life);
  const now = await inspect('web');
  assert.deepEqual(now.status.network, before.status.network);
  assert.ok(!existsSync(dir), 'a state is used once');
  await untilRight('web', t);
  assert.match(await ignite.ok('events'), /Suspended: [\d.]+ MB of memory and devices are saved/);
});

test('a suspended VM survives a power cut of its host, with its address and its MAC', async () => {
  const before = await inspect('web');
  const life = await lifeOf('web');
  await ignite.ok('suspend', 'web');
  await powerCut(ignite, [before.metadata.uid]);
  assert.equal(await phaseOf('web'), 'Suspended');
  assert.equal(await ignite.ok('restore'), '', 'it is wanted suspended');
  await ignite.ok('start', 'web');
  await assertGoesOn('web', life);
  assert.deepEqual((await inspect('web')).status.network, before.status.network);
});

test('a suspension or a start that is killed at any moment leaves the VM up or suspended, and loses nothing', async (t) => {
  let life = await lifeOf('web');
  const seen: string[] = [];
  for (let round = 0; round < kills; round++) {
    const verbs = round % 2 === 0 ? ['suspend'] : ['suspend', 'start'];
    for (const verb of verbs.slice(0, -1)) await ignite.ok(verb, 'web');
    const command = ignite.start([verbs.at(-1)!, 'web']);
    await delay((round + 1) * 250);
    command.kill();
    await command.ended;
    const phase = await phaseOf('web');
    seen.push(`${verbs.at(-1)} ${phase}`);
    assert.ok(['Running', 'Paused', 'Suspended', 'Starting', 'Failed'].includes(phase), phase);
    if (round % 4 === 0) await ignite.ok('suspend', 'web');
    await ignite.ok('start', 'web');
    await assertGoesOn('web', life);
    life = await lifeOf('web');
    assert.deepEqual(
      readdirSync(join(await stateDir('web'), '..')).filter((name) => /state/.test(name)),
      [],
    );
  }
  t.diagnostic(seen.join(', '));
});

test('a VM that cannot be saved because the disk is full goes on', async () => {
  const small = join(ignite.dir, 'small');
  await mkdir(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m,mode=711', 'tmpfs', small]);
  const life = await lifeOf('web');
  const draft = join(await stateDir('web'), '..');
  execFileSync('mount', ['--bind', small, draft]);
  try {
    const { code, stderr } = await ignite.run('suspend', 'web');
    assert.equal(code, 1);
    assert.match(stderr, /error: VM "web" could not be suspended, and goes on as before: ENOSPC: .*\nhint: /);
    assert.deepEqual(readdirSync(small), []);
  } finally {
    execFileSync('umount', [draft]);
    execFileSync('umount', [small]);
  }
  const { status, spec } = await inspect('web');
  assert.deepEqual([status.phase, spec.power], ['Running', 'Running']);
  await assertGoesOn('web', life);
});

test('a damaged state is refused and kept, until the VM is booted anew', async () => {
  const { bootId } = await lifeOf('web');
  await ignite.ok('suspend', 'web');
  const file = openSync(join(await stateDir('web'), 'machine'), 'r+');
  writeSync(file, 'damage', 50_000_000);
  closeSync(file);
  const refused = await ignite.run('start', 'web');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /error: the saved state is damaged: it is not what was saved\nhint: .*--cold/);
  const { status } = await inspect('web');
  assert.equal(status.phase, 'Suspended');
  assert.match(status.message ?? '', /damaged/);
  const note = join(await stateDir('web'), 'note.json');
  const machine = readFileSync(join(await stateDir('web'), 'machine'));
  machine.fill('nonsense', 1_000, 50_000);
  writeFileSync(join(await stateDir('web'), 'machine'), machine);
  const sha256 = createHash('sha256').update(machine).digest('hex');
  writeFileSync(note, readFileSync(note, 'utf8').replace(/"sha256":"[0-9a-f]+"/, `"sha256":"${sha256}"`));
  const nonsense = await ignite.run('start', 'web');
  assert.equal(nonsense.code, 1);
  assert.match(
    nonsense.stderr,
    /error: (the VMM ended before the guest started|QEMU's migration has failed)/,
  );
  assert.equal(await phaseOf('web'), 'Suspended');
  await ignite.ok('start', '--cold', 'web');
  assert.notEqual(await inside('web', 'cat /proc/sys/kernel/random/boot_id'), bootId);
});

test('a change of a suspended VM waits for its next boot', async () => {
  const bootId = await inside('web', 'cat /proc/sys/kernel/random/boot_id');
  await ignite.ok('suspend', 'web');
  assert.match(await ignite.ok('update', 'web', '--cpus', '2'), /^~ VM\/web: changed at the next start$/m);
  await ignite.ok('start', 'web');
  assert.equal(await inside('web', 'nproc; cat /proc/sys/kernel/random/boot_id'), `1\n${bootId}`);
  assert.deepEqual((await inspect('web')).status.pending, ['spec.cpus']);
  await ignite.ok('restart', 'web');
  assert.equal(await inside('web', 'nproc'), '2');
});

test('stop discards the state, and rm removes it', async () => {
  await ignite.ok('suspend', 'web');
  const dir = await stateDir('web');
  await ignite.ok('stop', 'web');
  assert.equal(await phaseOf('web'), 'Stopped');
  assert.ok(!existsSync(dir));
  assert.match((await ignite.run('suspend', 'web')).stderr, /VM "web" is not running/);
  await ignite.ok('start', 'web');
  await ignite.ok('suspend', 'web');
  const { uid } = (await inspect('web')).metadata;
  await ignite.ok('rm', 'web');
  assert.ok(!existsSync(join(vms, uid)));
});

test('an entrypoint goes on: nothing of its output is lost or told twice, and it ends as it would have', async () => {
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  const script = 'i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo line $i; sleep 0.2; done; exit 7';
  await ignite.ok('run', 'busybox', '--name', 'app', '--memory', '128MB', '--', 'sh', '-c', script);
  for (const began = Date.now(); !/^line 5$/m.test(await ignite.ok('logs', 'app')); await delay(100))
    assert.ok(Date.now() - began < patienceMs, 'it prints');
  await ignite.ok('suspend', 'app');
  const printed = await ignite.ok('logs', 'app');
  await delay(1_000);
  assert.equal(await ignite.ok('logs', 'app'), printed, 'a suspended VM prints nothing');
  await ignite.ok('start', 'app');
  await ignite.ok('wait', '--condition', 'stopped', 'app');
  const lines = Array.from({ length: 150 }, (_, at) => `line ${at + 1}\n`);
  assert.equal(await ignite.ok('logs', 'app'), lines.join(''));
  assert.equal((await inspect('app')).status.exitCode, 7);
  await ignite.ok('rm', 'app');
});

/** A guest whose image has no init ends with its entrypoint, which SIGTERM ends. */
const guests = [
  {
    what: 'systemd and two CPUs',
    image: 'debian',
    args: ['--memory', '512MB', '--cpus', '2'],
    arch: [],
    exitCode: 0,
  },
  {
    what: 'an arm64 CPU',
    image: 'sshd-arm64',
    args: ['--memory', '256MB'],
    arch: ['--arch', 'arm64'],
    exitCode: 143,
  },
] as const;

for (const { what, image, args, arch, exitCode } of guests)
  test(`a guest with ${what} goes on, and powers off when it is asked to`, async (t) => {
    await ignite.ok('image', 'import', `oci-archive:${imageArchive(image)}`, ...arch);
    await run('guest', image, ...args, ...arch);
    const life = await lifeOf('guest');
    await ignite.ok('suspend', 'guest');
    await ignite.ok('start', 'guest');
    await assertGoesOn('guest', life);
    await untilRight('guest', t);
    await ignite.ok('stop', '--time', '600', 'guest');
    assert.equal((await inspect('guest')).status.exitCode, exitCode);
    await ignite.ok('rm', 'guest');
  });

const vmmsOf = ({ metadata: { uid } }: Vm): number =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`qemu-system`) && line.includes(`ignite-${uid}`)).length;

/** Waits until a guest's clock is as right as can be seen. A busy host may delay its correction. */
async function untilRight(vm: string, t: TestContext): Promise<void> {
  await using time = new GuestTime(ignite, vm);
  for (const began = Date.now(); ; await delay(500)) {
    const { ms, sureMs } = await time.offset();
    const off = `its clock is off by ${ms.toFixed(1)} ms, ± ${sureMs.toFixed(1)} ms`;
    t.diagnostic(off);
    if (Math.abs(ms) < 10 + sureMs && sureMs < 20) return;
    assert.ok(Date.now() - began < patienceMs, off);
  }
}
