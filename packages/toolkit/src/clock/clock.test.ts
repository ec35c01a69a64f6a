import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from './clock.ts';

test('systemClock: whoever is to sleep for months does not wake up at once', async () => {
  const waking = new AbortController();
  const sleeping = systemClock.sleep(2 ** 31 + 1_000, waking.signal).then(
    () => 'woke up',
    () => 'was woken up',
  );
  assert.equal(await Promise.race([sleeping, delay(100, 'sleeps')]), 'sleeps');
  waking.abort();
  assert.equal(await sleeping, 'was woken up');
});
