import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../clock/manual-clock.ts';
import { MemoryStore } from '../store/memory.ts';
import { type EventObject, EventRecorder } from './event-recorder.ts';

const regarding = { kind: 'Pot', namespace: 'default', name: 'a' };

test('EventRecorder: the same is counted, something else is another event, and old ones are dropped', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const recorder = new EventRecorder(store, clock);
  const events = async () => (await store.list('Event')).items as readonly EventObject[];
  await recorder.record({ type: 'Warning', reason: 'Dry', message: 'no water', regarding });
  await clock.advance(60_000);
  await recorder.record({ type: 'Warning', reason: 'Dry', message: 'no water', regarding });
  await recorder.record({ type: 'Normal', reason: 'Watered', message: 'wet again', regarding });
  const [dry] = (await events()).filter(({ spec }) => spec.reason === 'Dry');
  assert.equal(dry?.spec.count, 2);
  assert.equal(Date.parse(dry.spec.lastTime) - Date.parse(dry.spec.firstTime), 60_000);
  assert.equal((await events()).length, 2);
  await clock.advance(25 * 3_600_000);
  await new EventRecorder(store, clock).record({ type: 'Normal', reason: 'New', message: 'day', regarding });
  assert.deepEqual(
    (await events()).map(({ spec }) => spec.reason),
    ['New'],
  );
});
