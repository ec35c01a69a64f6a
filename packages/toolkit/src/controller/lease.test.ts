import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObjectClient } from '../client/object-client.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { ManualClock, settled } from '../clock/manual-clock.ts';
import { MemoryStore } from '../store/memory.ts';
import { leadWhile } from './lease.ts';

const lease = {
  group: 'coordination.k8s.io',
  version: 'v1',
  resource: 'leases',
  kind: 'Lease',
  isNamespaced: true,
  hasStatus: false,
};

describe('leadWhile', () => {
  function contestant(client: ObjectClient, clock: ManualClock, holder: string, log: string[]) {
    const stop = new AbortController();
    const options = { client, namespace: 'garden', name: 'leader', holder, durationSeconds: 3, clock };
    const running = leadWhile(
      options,
      async (signal) => {
        log.push(`${holder} leads`);
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        log.push(`${holder} ends`);
      },
      stop.signal,
    );
    return { stop: () => stop.abort(), running };
  }

  test('one process leads at a time, and when it ends the next takes over', async () => {
    const client = new StoreObjectClient(new MemoryStore(), [lease]);
    const [clock, log] = [new ManualClock(), [] as string[]];
    const [a, b] = ['a', 'b'].map((name) => contestant(client, clock, name, log)) as [
      ReturnType<typeof contestant>,
      ReturnType<typeof contestant>,
    ];
    await clock.advance(20_000);
    assert.deepEqual(log, ['a leads']);
    a.stop();
    await a.running;
    await clock.advance(5_000);
    assert.deepEqual(log, ['a leads', 'a ends', 'b leads']);
    b.stop();
    await b.running;
  });

  test('a leader that cannot renew ends before the next begins', async () => {
    const [clock, log] = [new ManualClock(), [] as string[]];
    const store = new MemoryStore();
    const client = new StoreObjectClient(store, [lease]);
    const cut = new StoreObjectClient(store, [lease]);
    let isCut = false;
    cut.update = async (...args) => {
      if (isCut) throw new Error('the network is gone');
      return await client.update(...args);
    };
    const a = contestant(cut, clock, 'a', log);
    await settled();
    const b = contestant(client, clock, 'b', log);
    await clock.advance(5_000);
    isCut = true;
    await clock.advance(10_000);
    assert.deepEqual(log, ['a leads', 'a ends', 'b leads']);
    a.stop();
    b.stop();
    await Promise.all([a.running, b.running].map((each) => each.catch(() => {})));
  });
});
