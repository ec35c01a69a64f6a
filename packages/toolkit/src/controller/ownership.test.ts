import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ObjectMeta } from '../object/kube-object.ts';
import { Ownership } from './ownership.ts';

const object = (uid: string, metadata: Partial<ObjectMeta> = {}): KubeObject => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: {
    ...{ name: uid, namespace: 'home', uid, resourceVersion: '1', generation: 1 },
    ...{ creationTimestamp: '2026-01-01T00:00:00Z', labels: {}, annotations: {}, finalizers: [] },
    ...metadata,
  },
});
const ownedBy = (uid: string, blockOwnerDeletion = true) => ({
  ownerReferences: [{ apiVersion: 'garden.example/v1', kind: 'Pot', name: uid, uid, blockOwnerDeletion }],
});
const leaving = { deletionTimestamp: '2026-01-02T00:00:00Z' };

test('Ownership: only what changes who owns whom can make garbage', () => {
  const known = new Ownership();
  const told = [
    ['an object without owners', known.learn(object('owner'))],
    ['an object of an owner', known.learn(object('child', ownedBy('owner')))],
    ['the same, changed in something else', known.learn(object('child', ownedBy('owner')))],
    [
      'the same, that does not hold its owner any more',
      known.learn(object('child', ownedBy('owner', false))),
    ],
    ['the owner, changed in something else', known.learn(object('owner'))],
    [
      'the owner, that waits for somebody else',
      known.learn(object('owner', { ...leaving, finalizers: ['x/y'] })),
    ],
    ['the owner, gone', known.forget(object('owner'))],
    ['the child, gone', known.forget(object('child'))],
    ['the owner of nobody any more, gone', known.forget(object('owner'))],
  ];
  assert.deepEqual(
    told.filter(([, isSign]) => isSign).map(([what]) => what),
    ['an object of an owner', 'the same, that does not hold its owner any more', 'the owner, gone'],
  );
});

test('Ownership: an owner that goes after its dependents, or leaves them behind, waits for the collector', () => {
  const known = new Ownership();
  known.learn(object('owner'));
  known.learn(object('child', ownedBy('owner')));
  assert.ok(known.learn(object('owner', { ...leaving, finalizers: ['foregroundDeletion'] })));
  assert.ok(known.forget(object('child')));
  known.learn(object('other', ownedBy('kept')));
  assert.ok(!known.forget(object('other')));
  assert.ok(known.learn(object('parent', { ...leaving, finalizers: ['orphan'] })));
});
