import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentObjects } from './recent-objects.ts';

const object = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pot',
  metadata: {
    ...{ name, namespace: 'home', uid: name, resourceVersion: '1', generation: 1 },
    ...{ creationTimestamp: '2026-01-01T00:00:00Z', labels: {}, annotations: {}, finalizers: [] },
  },
});

test('an object that was read before is the same one, and another text is another object', () => {
  const recent = new RecentObjects();
  const [mint, sage] = [object('mint'), object('sage')];
  recent.set('mint', mint);
  recent.set('sage', sage);
  assert.equal(recent.get('mint'), mint);
  assert.equal(recent.get('sage'), sage);
  assert.equal(recent.get('thyme'), undefined);
});

test('old objects give way to new ones, so that no more than some megabytes are kept', () => {
  const recent = new RecentObjects();
  const text = (at: number): string => String(at).padEnd(2 ** 20, 'x');
  for (let at = 0; at < 10; at += 1) recent.set(text(at), object(`pot-${at}`));
  const kept = Array.from({ length: 10 }, (_, at) => recent.get(text(at))).filter(Boolean);
  assert.ok(kept.length <= 4, `${kept.length} are kept`);
  assert.ok(recent.get(text(9)));
});
