import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../clock/manual-clock.ts';
import { KindStore } from '../store/kind-store.ts';
import { MemoryStore } from '../store/memory.ts';
import { eventKind } from './event.ts';
import { EventRecorder } from './event-recorder.ts';

const regarding = { kind: 'Pot', namespace: 'default', name: 'a' };

test('EventRecorder: the same is counted, something else is another event, and old ones are dropped', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const recorder = new EventRecorder(store, clock);
  const events = async () => (await new KindStore(store, eventKind).list()).items;
  await recorder.record({ type: 'Warning', reason: 'Dry', message: 'no water', regarding });
  await clock.advance(60_000);
  await recorder.record({ type: 'Warning', reason: 'Dry', message: 'no water', regarding });
  await recorder.record({ type: 'Normal', reason: 'Watered', message: 'wet again', regarding });
  const [dry] = (await events()).filter(({ spec }) => spec.reason === 'Dry');
  assert.equal(dry?.spec.count, 2);
  assert.equal(Date.parse(dry.spec.lastTime) - Date.parse(dry.spec.firstTime), 60_000);
  assert.equal((await events()).length, 2);
  await clock.advance(8 * 24 * 3_600_000);
  await new EventRecorder(store, clock).record({ type: 'Normal', reason: 'New', message: 'day', regarding });
  assert.deepEqual(
    (await events()).map(({ spec }) => spec.reason),
    ['New'],
  );
});

test('EventRecorder: what happens once is written once for each occasion, and a thousand are kept', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const recorder = new EventRecorder(store, clock);
  const events = async () => (await new KindStore(store, eventKind).list()).items;
  const started = { type: 'Normal', reason: 'Started', message: 'it runs', regarding } as const;
  await recorder.recordOnce(started, 'first start');
  await recorder.recordOnce({ ...started, message: 'said again after a crash' }, 'first start');
  await recorder.recordOnce(started, 'second start');
  assert.deepEqual(
    (await events()).map(({ spec }) => spec.message),
    ['it runs', 'it runs'],
  );
  for (let at = 0; at < 1_200; at += 1) {
    await clock.advance(1);
    await recorder.recordOnce(started, `start ${at}`);
  }
  const left = (await events()).length;
  assert.ok(left >= 1_000 && left < 1_100, String(left));
});

test('EventRecorder: what is said again just when it is cleared away is written anew', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const thirsty = { type: 'Warning', reason: 'Dry', message: 'no water', regarding } as const;
  await new EventRecorder(store, clock).record(thirsty);
  const get = store.get.bind(store);
  store.get = async (key) => {
    store.get = get;
    await store.delete(key); // another recorder may delete it
    return await store.get(key);
  };
  await new EventRecorder(store, clock).record(thirsty);
  const [dry] = (await new KindStore(store, eventKind).list()).items;
  assert.equal(dry?.spec.count, 1);
});
