import assert from 'node:assert/strict';
import { type TestContext, after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GuestTime } from './fixtures/guest-time.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(212);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('a guest whose clock never ticks fails to start, with the reason', async (t) => {
  const args = ['run', 'busybox', '--name', 'never', '--memory', '128MB'];
  const { code, stderr } = await ignite.run(...args, '--kernel-args', 'ignite.timer=1,5,6');
  if (code === 0) return t.skip('the guest is not emulated');
  assert.match(stderr, /came up 7 times without a clock that ticks/);
  await ignite.ok('rm', '-f', 'never');
});

const guests = [
  { what: 'an entrypoint and two CPUs', image: 'sshd', args: ['--cpus', '2', '--memory', '256MB'], arch: [] },
  { what: 'systemd', image: 'debian', args: ['--memory', '512MB'], arch: [] },
  { what: 'an arm64 CPU', image: 'sshd-arm64', args: ['--memory', '256MB'], arch: ['--arch', 'arm64'] },
] as const;

for (const { what, image, args, arch } of guests) {
  test(`a guest with ${what} tells the host's time, also after it was paused`, async (t) => {
    await ignite.ok('image', 'import', `oci-archive:${imageArchive(image)}`, ...arch);
    await ignite.ok('run', image, '--name', image, '--ssh', ...args, ...arch);
    {
      await using time = new GuestTime(ignite, image);
      await untilRight(time, t, 'after the boot');
      await ignite.ok('pause', image);
      await delay(3_000);
      await ignite.ok('resume', image);
      await untilRight(time, t, 'after a pause of 3 s');
    }
    await ignite.ok('rm', '-f', image);
  });
}

test('a guest whose clock somebody sets keeps that time', async () => {
  await ignite.ok('run', 'sshd', '--name', 'set', '--memory', '256MB', '--ssh');
  await ignite.ok('exec', 'set', '--', '/run/ignite/busybox', 'date', '-s', '2040-01-01');
  // After a pause, the clock is looked at at once.
  await ignite.ok('pause', 'set');
  await ignite.ok('resume', 'set');
  await delay(20_000);
  assert.match(await ignite.ok('exec', 'set', '--', '/run/ignite/busybox', 'date', '+%Y'), /^2040/);
  await ignite.ok('rm', '-f', 'set');
});

const patienceMs = 600_000;

/** Waits until a guest's clock is as right as can be seen. A busy host may delay its correction. */
async function untilRight(time: GuestTime, t: TestContext, when: string): Promise<void> {
  for (const began = Date.now(); ; await delay(500)) {
    const { ms, sureMs } = await time.offset();
    const off = `${when}, its clock is off by ${ms.toFixed(1)} ms, ± ${sureMs.toFixed(1)} ms`;
    t.diagnostic(off);
    if (Math.abs(ms) < 10 + sureMs && sureMs < 20) return;
    assert.ok(Date.now() - began < patienceMs, off);
  }
}
