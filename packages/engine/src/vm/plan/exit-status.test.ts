import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitOf, parseGuestReports } from './exit-status.ts';

test('parseGuestReports: known lines are read and everything else that a guest may write is passed over', () => {
  assert.deepEqual(
    parseGuestReports('ready\nexit 3\nexit 256\nexit 99999\nfailed no disk\nfailed \u001b[2J\n\nx'),
    [{ kind: 'ready' }, { kind: 'exit', code: 3 }, { kind: 'failed', why: 'no disk' }],
  );
});

test('parseGuestReports: the disk that holds them is zeros behind them', () => {
  assert.deepEqual(parseGuestReports(`ready\nexit 3\n${'\0'.repeat(4_000)}`), [
    { kind: 'ready' },
    { kind: 'exit', code: 3 },
  ]);
});

test('parseGuestReports: what a guest tells of its user data, with newlines and backslashes in its output', () => {
  const disk = `up\nready\n${'\0'.repeat(2_000)}\nbootstrap done 3 a\\nb\\\\n\\n\nbootstrap odd 0 x\nbootstrap done 0`;
  assert.deepEqual(
    parseGuestReports(disk).filter(({ kind }) => kind === 'bootstrap'),
    [{ kind: 'bootstrap', state: 'done', code: 3, output: 'a\nb\\n' }],
  );
});

const told = (text: string) => parseGuestReports(text);

test('exitOf: the code of the entrypoint, an orderly end, what failed, or nothing', () => {
  const guestEnd = 'powered-off';
  assert.deepEqual(exitOf({ reports: told('ready\nexit 3\n'), guestEnd }), { kind: 'ended', exitCode: 3 });
  assert.deepEqual(exitOf({ reports: told('ready\n'), guestEnd }), { kind: 'ended', exitCode: 0 });
  assert.deepEqual(exitOf({ reports: told('failed the VM has no root disk\n'), guestEnd }), {
    kind: 'ended',
    message: 'the VM has no root disk',
  });
  assert.deepEqual(exitOf({ reports: [], guestEnd }), { kind: 'ended' });
});

test('exitOf: a guest that reboots goes on, unless it never came up; one that panics has failed', () => {
  const ready = told('ready\n');
  assert.deepEqual(exitOf({ reports: ready, guestEnd: 'rebooted' }), { kind: 'rebooted' });
  assert.equal(exitOf({ reports: [], guestEnd: 'rebooted' }).kind, 'ended');
  assert.deepEqual(exitOf({ reports: ready, guestEnd: 'panicked' }), {
    kind: 'ended',
    message: 'the kernel of the guest panicked',
  });
});

test('exitOf: a guest without a clock that ticks resets itself before it came up, and goes on; not for ever', () => {
  const guestEnd = 'rebooted';
  assert.deepEqual(exitOf({ reports: told('lost-clock 1\n'), guestEnd }), { kind: 'rebooted' });
  assert.equal(exitOf({ reports: told('lost-clock 7\n'), guestEnd }).kind, 'ended');
  // A guest that has come up may write what it likes.
  assert.deepEqual(exitOf({ reports: told('ready\nlost-clock 1\n'), guestEnd: 'powered-off' }), {
    kind: 'ended',
    exitCode: 0,
  });
});

test('exitOf: a VMM that did not live to tell did not power off in order', () => {
  const reports = told('ready\n');
  const without = { reports, guestEnd: undefined };
  assert.deepEqual(exitOf({ ...without, vmmExitCode: 137 }), {
    kind: 'ended',
    exitCode: 137,
    message: 'the VMM was killed',
  });
  const starved = exitOf({ ...without, vmmExitCode: 137, outOfMemory: true });
  assert.equal(starved.exitCode, 137);
  assert.match(starved.message ?? '', /^out of memory on the host: /);
  assert.equal(exitOf({ reports, guestEnd: 'stopped' }).exitCode, 143);
  assert.equal(exitOf(without).exitCode, undefined);
  assert.equal(exitOf({ ...without, vmmExitCode: 0 }).exitCode, 0);
  const broken = { ...without, reports: [], vmmExitCode: 1, vmmError: 'qemu: no such machine' };
  assert.deepEqual(exitOf(broken), { kind: 'ended', message: 'its VMM failed: qemu: no such machine' });
});
