import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(208);
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
const events = (uid: string): string => readFileSync(join(folder(uid), 'events.out'), 'utf8');

test('what QEMU reports of a guest that sets its clock without end is no part of its logs', async () => {
  const uid = await run('noisy', 'echo begun; while :; do hwclock -w -f /dev/rtc0; sleep 0.1; done');
  await until('QEMU tells of its clock', () => (events(uid).match(/"RTC_CHANGE"/g) ?? []).length > 3);
  const { stdout, stderr } = await ignite.run('logs', 'noisy');
  assert.deepEqual([stdout, stderr], ['begun\n', '']);
  await ignite.ok('rm', '-f', 'noisy');
});

for (const [how, line, wanted] of [
  ['reboots', 'reboot -f', / VM\/ends-1 Rebooted: /],
  ['powers off', 'poweroff -f', / VM\/ends-2 (Died|Stopped): exit code 0\b/],
  [
    'panics',
    'echo c >/proc/sysrq-trigger; sleep 1000',
    / VM\/ends-3 (Died|Stopped): .*the kernel of the guest panicked/,
  ],
] as const)
  test(`of a guest that ${how} after it has made events it is known how it ended`, async () => {
    const name = /ends-\d/.exec(wanted.source)![0];
    const uid = await run(name, `hwclock -w -f /dev/rtc0; sleep 3; ${line}`);
    await until('its end is known', async () => wanted.test(await ignite.ok('events')));
    if (how !== 'reboots') assert.match(events(uid), /"RTC_CHANGE"/); // its next start begins the file anew
    await ignite.ok('rm', '-f', name);
  });
