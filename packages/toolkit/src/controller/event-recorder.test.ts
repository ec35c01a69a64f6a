import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../clock/manual-clock.ts';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { eventKind } from '../core/event.ts';
import { type EventObject, occurrencesOf, storedEvent } from '../core/resources/event.ts';
import { microTime } from '../object/micro-time.ts';
import { MemoryStore } from '../store/memory.ts';
import { EventRecorder } from './event-recorder.ts';

const regarding = { kind: 'Pot', namespace: 'default', name: 'a' };
const reporter = { controller: 'garden.example/pots', instance: 'shed' };
const recorderOf = (store: MemoryStore, clock: ManualClock): EventRecorder =>
  new EventRecorder(new StoreObjectClient(store, [servedKindOf(eventKind)]), clock, reporter);
const eventsIn = async (store: MemoryStore): Promise<readonly EventObject[]> =>
  (await store.list(storedEvent)).items.map(storedEvent.decode);

test('EventRecorder: the same is counted, something else is another event, and old ones are dropped', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const recorder = recorderOf(store, clock);
  const events = async () => await eventsIn(store);
  await recorder.record({ type: 'Warning', reason: 'Dry', message: 'no water', regarding });
  await clock.advance(60_000);
  await recorder.record({ type: 'Warning', reason: 'Dry', message: 'no water', regarding });
  await recorder.record({ type: 'Normal', reason: 'Watered', message: 'wet again', regarding });
  const [dry] = (await events()).filter(({ reason }) => reason === 'Dry');
  const { count, firstTime, lastTime } = occurrencesOf(dry!);
  assert.equal(count, 2);
  assert.equal(Date.parse(lastTime) - Date.parse(firstTime), 60_000);
  assert.equal((await events()).length, 2);
  await clock.advance(8 * 24 * 3_600_000);
  await recorderOf(store, clock).record({ type: 'Normal', reason: 'New', message: 'day', regarding });
  assert.deepEqual(
    (await events()).map(({ reason }) => reason),
    ['New'],
  );
});

test('EventRecorder: what happens once is written once for each occasion, and a thousand are kept', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const recorder = recorderOf(store, clock);
  const events = async () => await eventsIn(store);
  const started = { type: 'Normal', reason: 'Started', message: 'it runs', regarding } as const;
  await recorder.recordOnce(started, 'first start');
  await recorder.recordOnce({ ...started, message: 'said again after a crash' }, 'first start');
  await recorder.recordOnce(started, 'second start');
  assert.deepEqual(
    (await events()).map(({ note }) => note),
    ['it runs', 'it runs'],
  );
  for (let at = 0; at < 1_200; at += 1) {
    await clock.advance(1);
    await recorder.recordOnce(started, `start ${at}`);
  }
  const left = (await events()).length;
  assert.ok(left >= 1_000 && left < 1_100, String(left));
});

test('EventRecorder: that a VM was removed is kept until it is old, however much else happens', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const recorder = recorderOf(store, clock);
  const vm = { ...regarding, kind: 'VM', uid: '0123456789abcdef' };
  const removed = { type: 'Normal', reason: 'Removed', message: 'without its disk' } as const;
  await recorder.recordOnce({ ...removed, regarding: vm }, 'removed');
  await recorder.recordOnce({ ...removed, regarding }, 'removed');
  const started = { type: 'Normal', reason: 'Started', message: 'it runs', regarding } as const;
  for (let at = 0; at < 1_200; at += 1) {
    await clock.advance(1);
    await recorder.recordOnce(started, `start ${at}`);
  }
  const kindsLeft = async (): Promise<readonly (string | undefined)[]> =>
    (await eventsIn(store)).flatMap((event) => (event.reason === 'Removed' ? [event.regarding?.kind] : []));
  assert.deepEqual(await kindsLeft(), ['VM']);
  await clock.advance(8 * 24 * 3_600_000);
  await recorderOf(store, clock).record(started);
  assert.deepEqual(await kindsLeft(), []);
});

test('EventRecorder: of removed VMs, ten thousand of each namespace are remembered, the newest ones', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const { apiVersion, kind } = storedEvent;
  const removed = async (namespace: string, count: number): Promise<void> => {
    for (let at = 0; at < count; at += 1)
      await store.create({
        apiVersion,
        kind,
        metadata: { name: `removed-${at}`, namespace, uid: `${namespace}-${at}` },
        eventTime: microTime(clock.now() + at),
        reason: 'Removed',
        regarding: { kind: 'VM', namespace, name: `vm-${at}` },
      });
  };
  await removed('quiet', 3);
  await removed('busy', 10_002);
  await recorderOf(store, clock).record({ type: 'Normal', reason: 'New', message: 'day', regarding });
  const left = Map.groupBy(await eventsIn(store), ({ metadata }) => metadata.namespace);
  assert.equal(left.get('quiet')?.length, 3);
  assert.equal(left.get('busy')?.length, 10_000);
  assert.ok(!left.get('busy')?.some(({ metadata }) => ['removed-0', 'removed-1'].includes(metadata.name)));
});

test('EventRecorder: what is said again just when it is cleared away is written anew', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const thirsty = { type: 'Warning', reason: 'Dry', message: 'no water', regarding } as const;
  await recorderOf(store, clock).record(thirsty);
  const get = store.get.bind(store);
  store.get = async (key) => {
    store.get = get;
    await store.delete(key); // another recorder may delete it
    return await store.get(key);
  };
  await recorderOf(store, clock).record(thirsty);
  const [dry] = await eventsIn(store);
  assert.equal(occurrencesOf(dry!).count, 1);
});

test('EventRecorder: an event is one that a Kubernetes API server takes, and its note is as long as may be', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const note = `${'ü'.repeat(510)}xyzzy`;
  await recorderOf(store, clock).record({ type: 'Normal', reason: 'Wet', message: note, regarding });
  const [{ metadata: _, ...wet } = { metadata: undefined }] = await eventsIn(store);
  assert.deepEqual(wet, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: new Date(clock.now()).toISOString().replace('Z', '000Z'),
    reportingController: 'garden.example/pots',
    reportingInstance: 'shed',
    action: 'Wet',
    reason: 'Wet',
    regarding,
    note: `${'ü'.repeat(510)}x…`,
    type: 'Normal',
  });
});
