import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitOf, parseGuestReports } from './exit-status.ts';

test('parseGuestReports: known lines are read and everything else that a guest may write is passed over', () => {
  assert.deepEqual(parseGuestReports('ready\nexit 3\nexit 99999\nfailed no disk\nfailed \u001b[2J\n\nx'), [
    { kind: 'ready' },
    { kind: 'exit', code: 3 },
    { kind: 'failed', why: 'no disk' },
  ]);
});

test('exitOf: the code of the entrypoint, an orderly end, what failed, or nothing', () => {
  assert.deepEqual(exitOf(parseGuestReports('ready\nexit 3\n')), { exitCode: 3 });
  assert.deepEqual(exitOf(parseGuestReports('ready\n')), { exitCode: 0 });
  assert.deepEqual(exitOf(parseGuestReports('failed the VM has no root disk\n')), {
    message: 'the VM has no root disk',
  });
  assert.deepEqual(exitOf([]), {});
});
