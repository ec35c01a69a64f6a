import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.open(208);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const run = async (name: string, line: string): Promise<string> => {
  const image = `oci-archive:${imageArchive('busybox')}`;
  const flags = ['--name', name, '--memory', '128MB'];
  return (await ignite.ok('run', '-q', image, ...flags, '--', 'sh', '-c', line)).trim();
};
const folder = (uid: string): string => join(ignite.paths.dataDir, 'vms', uid);
const log = (uid: string): string => readFileSync(join(folder(uid), 'console.log'), 'utf8');

/** Under load a guest may take minutes for what takes it seconds. */
async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 600_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, what);
    await delay(200);
  }
}

test('a guest that sets its clock without end makes no file grow but its log, which is bounded, and logs are as they were', async () => {
  const uid = await run('noisy', 'echo begun; while :; do hwclock -w -f /dev/rtc0; sleep 0.1; done');
  await until(() => (log(uid).match(/"RTC_CHANGE"/g) ?? []).length > 3, log(uid));
  const sizes = (): readonly (readonly [string, number])[] =>
    readdirSync(folder(uid))
      .filter((name) => !/^(console\.log|root\.\w+)$/.test(name))
      .map((name) => [name, statSync(join(folder(uid), name)).size] as const);
  const before = sizes();
  const seen = (log(uid).match(/"RTC_CHANGE"/g) ?? []).length;
  await until(() => (log(uid).match(/"RTC_CHANGE"/g) ?? []).length > seen + 2, log(uid));
  assert.deepEqual(sizes(), before);
  assert.ok(!existsSync(join(folder(uid), 'events.out')));
  assert.equal(await ignite.ok('logs', 'noisy'), 'begun\n');
  await ignite.ok('rm', '-f', 'noisy');
});

for (const [how, line, wanted] of [
  ['reboots', 'reboot -f', / VM\/ends-1 Rebooted: /],
  ['powers off', 'poweroff -f', / VM\/ends-2 (Died|Stopped): exit code 0\b/],
  ['panics', 'echo c >/proc/sysrq-trigger; sleep 1000', / VM\/ends-3 (Died|Stopped): .*its kernel panicked/],
] as const)
  test(`of a guest that ${how} after it has made events it is known how it ended`, async () => {
    const name = /ends-\d/.exec(wanted.source)![0];
    const uid = await run(name, `hwclock -w -f /dev/rtc0; sleep 3; ${line}`);
    await until(
      async () => wanted.test(await ignite.ok('events')),
      `${await ignite.ok('events')}${log(uid)}`,
    );
    assert.match(log(uid), /"RTC_CHANGE"/);
    await ignite.ok('rm', '-f', name);
  });
