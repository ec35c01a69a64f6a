import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedSettings } from './changed-settings.ts';

test('changedSettings: what holds at once is told apart from what needs a restart', () => {
  const before = { api: true, 'log-level': 'info', 'node-label': ['a=b'] };
  assert.deepEqual(changedSettings(before, { ...before, 'node-label': ['a=b'] }), {
    taken: [],
    awaitingRestart: [],
  });
  assert.deepEqual(changedSettings(before, { api: false, 'log-level': 'debug', 'node-label': ['a=c'] }), {
    taken: ['log-level'],
    awaitingRestart: ['node-label', 'api'],
  });
});
