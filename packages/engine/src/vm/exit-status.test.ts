import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGuestReports } from './exit-status.ts';

test('parseGuestReports: known lines are read and everything else that a guest may write is passed over', () => {
  assert.deepEqual(parseGuestReports('ready\nexit 3\nexit 99999\nfailed no disk\nfailed \u001b[2J\n\nx'), [
    { kind: 'ready' },
    { kind: 'exit', code: 3 },
    { kind: 'failed', why: 'no disk' },
  ]);
});
