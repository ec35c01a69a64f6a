import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const archive = `oci-archive:${imageArchive('busybox-arm64')}`;
const image = 'busybox-arm64';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.open(140);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('an image for arm64 is known for what it is, and is not taken for one of this host', async () => {
  const refused = await ignite.run('image', 'import', archive);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /is for linux\/arm64, not for linux\/amd64\nhint: use --arch arm64/);
  assert.equal(await ignite.ok('images', '-q'), '');
  await ignite.ok('image', 'import', archive, '--arch', 'arm64');
  assert.match(await ignite.ok('images', '-o', 'wide'), /busybox-arm64:latest@arm64 .* linux\/arm64 /);
});

test('an arm64 VM runs its program to the end and exits with its code', async () => {
  const line =
    'uname -m; grep "CPU part" /proc/cpuinfo; cat /proc/interrupts; modprobe dummy && echo loaded; exit 7';
  const ran = await ignite.run(
    ...['run', '-i', image, '--arch', 'arm64', '--name', 'once', '--', 'sh', '-c', line],
  );
  assert.equal(ran.code, 7, ran.stderr);
  assert.match(ran.stdout, /^aarch64\r?$/m);
  assert.match(ran.stdout, /0xd08/, 'a cortex-a72');
  assert.match(ran.stdout, /GIC-0/);
  assert.match(ran.stdout, /^loaded/m);
  assert.match(await ignite.ok('kernels', '-o', 'wide'), /linux-image-cloud-arm64 .* arm64$/m);
  await ignite.ok('rm', 'once');
});

const untilPressed =
  'trap "echo caught; exit 3" TERM; echo run >>/root/runs; grep -o "GIC[v0-9-]*" /proc/interrupts; wc -l </root/runs; echo up; while :; do sleep 0.2; done';

/** Waits until the program has started for the nth time, presses the power button, and returns the output. */
async function untilStopped(name: string, count: number): Promise<string> {
  const deadline = Date.now() + 600_000;
  while ((await ignite.ok('logs', name)).split(/^up\r?$/m).length <= count) {
    assert.ok(Date.now() < deadline, await ignite.ok('logs', name));
    await delay(200);
  }
  await ignite.ok('stop', '--time', '600', name);
  const { status } = JSON.parse(await ignite.ok('inspect', name));
  assert.deepEqual([status.phase, status.exitCode, status.arch], ['Stopped', 3, 'arm64']);
  return await ignite.ok('logs', name);
}

test('with version 2 of the GIC an arm64 VM feels its power button', async () => {
  const machine = ['--arch', 'arm64', '--gic', '2', '--cpus', '2', '--memory', '256MB'];
  await ignite.ok('run', image, ...machine, '--name', 'gic2', '--', 'sh', '-c', untilPressed);
  assert.match(await untilStopped('gic2', 1), /^GIC-0/m);
  await ignite.ok('rm', 'gic2');
});

test('with version 3 of the GIC it does too, and its disk outlives a restart', async () => {
  const machine = ['--arch', 'arm64', '--gic', '3', '--cpus', '2', '--memory', '256MB'];
  await ignite.ok('run', image, ...machine, '--name', 'gic3', '--', 'sh', '-c', untilPressed);
  await untilStopped('gic3', 1);
  await ignite.ok('start', 'gic3');
  const log = await untilStopped('gic3', 1);
  assert.match(log, /^GICv3/m);
  assert.match(log, /^2\r?$/m, 'the second boot found what the first had written');
  await ignite.ok('rm', 'gic3');
});

test('an arm64 VM is reached by SSH', async () => {
  const source = `oci-archive:${imageArchive('sshd-arm64')}`;
  await ignite.ok('run', source, '--arch', 'arm64', '--ssh', '--name', 'ssh');
  const ran = await ignite.run('exec', 'ssh', '--', 'sh', '-c', 'uname -nm; exit 5');
  assert.deepEqual([ran.code, ran.stdout], [5, 'ssh aarch64\n'], ran.stderr);
  await ignite.ok('rm', '-f', 'ssh');
});

test('an arm64 kernel comes from an image, and one of another architecture is refused', async () => {
  const own = `oci-archive:${imageArchive('kernel')}`;
  const source = `oci-archive:${imageArchive('kernel-arm64')}`;
  const mistaken = await ignite.run('kernel', 'import', source);
  assert.equal(mistaken.code, 1);
  assert.match(mistaken.stderr, /is for arm64, not for amd64\nhint: /);

  await ignite.ok('kernel', 'import', source, '--arch', 'arm64');
  const run = ['run', '-i', image, '--arch', 'arm64', '--name', 'kernel'];
  const seen = await ignite.ok(...run, '-k', 'kernel-arm64', '--', 'uname', '-rm');
  assert.match(seen, /-arm64 aarch64/);
  await ignite.ok('rm', 'kernel');

  await ignite.ok('kernel', 'import', own);
  const refused = await ignite.run(...run, '-k', 'kernel', '--', 'true');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /kernel "kernel:latest" is for amd64, not for arm64\nhint: /);
  assert.equal(await ignite.ok('ps', '-a', '-q'), '');
});

test('an impossible machine is refused before anything is made', async () => {
  for (const [args, why] of [
    [['--arch', 'arm64', '--gic', '2', '--cpus', '9'], /version 2 supports at most 8 CPUs, not 9/],
    [['--arch', 'amd64', '--gic', '3'], /an amd64 machine has no GIC/],
    [['--arch', 'arm64', '--platform', 'linux/amd64'], /--arch arm64 and --platform linux\/amd64 conflict/],
    [['--arch', 'arm64', '--gic', '4'], /unknown version/],
  ] as const) {
    const refused = await ignite.run('create', image, ...args);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, why);
  }
  assert.equal(await ignite.ok('ps', '-a', '-q'), '');
});
