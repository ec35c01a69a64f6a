import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { failureStatus } from '../response/failure-status.ts';
import { servedAdmissionKinds } from './admission-kinds.ts';
import { Webhooks } from './webhooks.ts';

test('Webhooks: a write waits five seconds for configurations, and is told what could not be read', async () => {
  using store = new MemoryStore();
  const clock = new ManualClock();
  const client = new StoreObjectClient(store, servedAdmissionKinds);
  const webhooks = new Webhooks({ client, clock, log: () => {} });
  const stop = new AbortController();
  const refused = assert.rejects(webhooks.validating(stop.signal), (failure) => {
    const { code, reason, message } = failureStatus(failure);
    assert.deepEqual([code, reason], [503, 'ServiceUnavailable']);
    assert.match(message ?? '', /ValidatingWebhookConfiguration could not be read/);
    return true;
  });
  await assert.rejects(webhooks.synced(AbortSignal.timeout(1)), { name: 'TimeoutError' });
  await clock.advance(5_000);
  await refused;
  const running = webhooks.run(stop.signal);
  assert.deepEqual(await webhooks.validating(stop.signal), []);
  await webhooks.synced(stop.signal);
  assert.equal(clock.untilNext, undefined);
  stop.abort();
  await running;
});
