import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchSeconds } from './watch.ts';

test('watchSeconds: a watch lasts as long as is asked, up to a day, and for no time given about an hour', () => {
  assert.equal(watchSeconds(7), 7);
  assert.equal(watchSeconds(9_999_999_999), 86_400);
  for (const asked of [0, undefined]) {
    const seconds = watchSeconds(asked);
    assert.ok(seconds >= 1_800 && seconds <= 3_600, String(seconds));
  }
});
