import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventClient } from '@ignite/api/client/event-client';
import { following } from './events.ts';

const dayMs = 86_400_000;

/** Follows nothing for a moment, and tells whether the end has come. */
async function hasEnded(untilMs: number): Promise<boolean> {
  let ended = false;
  const client: EventClient = {
    list: async () => ({ revision: '0', events: [] }),
    watch: async function* (_revision, signal) {
      await delay(20);
      ended = signal.aborted;
      yield* [];
    },
  };
  for await (const _event of following(client, '0', untilMs, new AbortController().signal));
  return ended;
}

test('following: goes on until its end, however far that is', async () => {
  assert.equal(await hasEnded(Date.now() - 1), true);
  assert.equal(await hasEnded(Date.now() + 5), true);
  for (const days of [30, 365, 100_000, Infinity])
    assert.equal(await hasEnded(Date.now() + days * dayMs), false, `${days} days`);
});
