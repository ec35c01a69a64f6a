import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from './store.ts';
import { Watcher, Watchers } from './watchers.ts';

const pots = { group: 'garden.example', kind: 'Pot' };

const changeOf = (kind: string, revision: number): Change => ({
  type: 'ADDED',
  revision: String(revision),
  object: { apiVersion: 'garden.example/v1', kind, metadata: { name: `a-${revision}` } } as Change['object'],
});

const changes = (count: number): readonly Change[] =>
  Array.from({ length: count }, (_, at) => changeOf('Pot', at + 1));

test('a watcher is given the changes of its kind, and is not woken by those of others', async () => {
  const watchers = new Watchers();
  const watcher = new Watcher(0, false);
  watchers.add(pots, watcher);
  let isWoken = false;
  const woken = watcher.woken().then(() => (isWoken = true));
  watchers.tell([changeOf('Pan', 1)]);
  await new Promise(setImmediate);
  assert.deepEqual([isWoken, watcher.take()], [false, []]);
  const mine = changeOf('Pot', 3);
  watchers.tell([changeOf('Pan', 2), mine]);
  await woken;
  assert.deepEqual([watcher.take(), watcher.take()], [[mine], []]);
  watchers.remove(pots, watcher);
  assert.ok(watchers.areNone);
});

test('few changes wait for a watcher that does not take them; further ones are left where they are kept', () => {
  const watcher = new Watcher(0, false);
  watcher.add(changes(100));
  assert.equal(watcher.isBehind, false);
  watcher.add(changes(1));
  assert.deepEqual([watcher.isBehind, watcher.take()], [true, []]);
  watcher.add(changes(1));
  assert.deepEqual(watcher.take(), []);
});

test('a watcher that was woken before it sleeps does not sleep, and one that fails is told why', async () => {
  const watcher = new Watcher(0, false);
  watcher.wake();
  await watcher.woken();
  const failed = assert.rejects(watcher.woken(), /the disk failed/);
  watcher.fail(new Error('the disk failed'));
  await failed;
});
