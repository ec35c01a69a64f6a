import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock, settled } from '../clock/manual-clock.ts';
import type { OwnerReference } from '../object/kube-object.ts';
import { newUid } from '../object/uid.ts';
import { MemoryStore } from '../store/memory.ts';
import { collectGarbage } from './garbage-collector.ts';
import { leadWhile } from './lease.ts';

describe('leadWhile', () => {
  function contestant(store: MemoryStore, clock: ManualClock, holder: string, log: string[]) {
    const stop = new AbortController();
    const options = { store, name: 'leader', holder, durationMs: 3_000, clock };
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
    const [store, clock, log] = [new MemoryStore(), new ManualClock(), [] as string[]];
    const [a, b] = ['a', 'b'].map((name) => contestant(store, clock, name, log)) as [
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
    let isCut = false;
    const cut = Object.create(store) as MemoryStore;
    cut.get = (key) => store.get(key);
    cut.create = (object) => store.create(object);
    cut.update = async (object) => {
      if (isCut) throw new Error('the network is gone');
      return await store.update(object);
    };
    const a = contestant(cut, clock, 'a', log);
    await settled();
    const b = contestant(store, clock, 'b', log);
    await clock.advance(5_000);
    isCut = true;
    await clock.advance(10_000);
    assert.deepEqual(log, ['a leads', 'a ends', 'b leads']);
    a.stop();
    b.stop();
    await Promise.all([a.running, b.running].map((each) => each.catch(() => {})));
  });
});

test('collectGarbage: what has no owner left goes, and nobody else', async () => {
  const store = new MemoryStore();
  const apiVersion = 'garden.example/v1';
  const potKind = { group: 'garden.example', kind: 'Pot' };
  const make = async (name: string, ownerReferences: readonly OwnerReference[] = []) =>
    await store.create({
      apiVersion,
      kind: 'Pot',
      metadata: { name, uid: newUid(), ownerReferences },
      spec: {},
      status: {},
    });
  const owner = await make('owner');
  const gone = { apiVersion, kind: 'Pot', name: 'owner', uid: 'another-of-that-name' };
  await make('kept', [gone, { apiVersion, kind: 'Pot', name: 'owner', uid: owner.metadata.uid }]);
  await make('orphan', [gone]);
  await make('free');
  assert.deepEqual(
    (await collectGarbage(store, [potKind])).map(({ metadata }) => metadata.name),
    ['orphan'],
  );
  assert.deepEqual(
    (await store.list(potKind)).items.map(({ metadata }) => metadata.name),
    ['free', 'kept', 'owner'],
  );
});
