import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ObjectMeta } from '../../object/kube-object.ts';
import { metadataProblems } from './metadata-problems.ts';

const object = (metadata: Partial<ObjectMeta>): KubeObject => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: {
    name: 'a',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {},
    annotations: {},
    finalizers: [],
    ...metadata,
  },
});
const fieldsOf = (metadata: Partial<ObjectMeta>, old?: KubeObject): readonly string[] =>
  metadataProblems(object(metadata), old).map(({ field }) => field);

const owner = { apiVersion: 'garden.example/v1', kind: 'Shed', name: 's', uid: 'u' };

test('metadata that Kubernetes takes has no problems', () => {
  assert.deepEqual(
    fieldsOf({
      name: 'a.b-c.0',
      labels: { 'example.org/A_b.c': 'x_Y.z', empty: '' },
      annotations: { 'example.org/note': 'anything: at all' },
      finalizers: ['foregroundDeletion', 'example.org/x'],
      ownerReferences: [owner, { ...owner, controller: true }],
    }),
    [],
  );
});

test('every problem of metadata is told', () => {
  const long = 'a'.repeat(64);
  for (const [metadata, field] of [
    [{ name: '' }, 'metadata.name'],
    [{ name: 'A' }, 'metadata.name'],
    [{ name: 'a/b' }, 'metadata.name'],
    [{ name: 'a..b' }, 'metadata.name'],
    [{ name: 'a'.repeat(254) }, 'metadata.name'],
    [{ labels: { [long]: '' } }, 'metadata.labels'],
    [{ labels: { 'a/b/c': '' } }, 'metadata.labels'],
    [{ labels: { a: long } }, 'metadata.labels'],
    [{ labels: { a: 'x y' } }, 'metadata.labels'],
    [{ annotations: { 'Upper/a': '' } }, 'metadata.annotations'],
    [{ finalizers: [''] }, 'metadata.finalizers'],
    [{ ownerReferences: [{ ...owner, uid: '' }] }, 'metadata.ownerReferences[0].uid'],
    [
      {
        ownerReferences: [
          { ...owner, controller: true },
          { ...owner, controller: true },
        ],
      },
      'metadata.ownerReferences',
    ],
  ] as const)
    assert.deepEqual(fieldsOf(metadata), [field], JSON.stringify(metadata));
  assert.equal(fieldsOf({ name: 'A', labels: { a: '-' }, finalizers: ['/'] }).length, 3);
});

test('an object that is being deleted loses finalizers and gets none', () => {
  const old = object({ finalizers: ['a', 'b'], deletionTimestamp: '2026-01-01T00:00:00Z' });
  assert.deepEqual(fieldsOf({ finalizers: ['b'] }, old), []);
  assert.deepEqual(fieldsOf({ finalizers: ['b', 'c'] }, old), ['metadata.finalizers']);
  assert.deepEqual(fieldsOf({ finalizers: ['b', 'c'] }, object({ finalizers: [] })), []);
});

test('metadata of wrong types is told by its paths', () => {
  for (const [metadata, field] of [
    [{ labels: 'x' }, 'metadata.labels'],
    [{ labels: ['x'] }, 'metadata.labels'],
    [{ labels: { a: null } }, 'metadata.labels.a'],
    [{ annotations: { a: 1 } }, 'metadata.annotations.a'],
    [{ finalizers: 'x' }, 'metadata.finalizers'],
    [{ finalizers: [1] }, 'metadata.finalizers.0'],
    [{ ownerReferences: {} }, 'metadata.ownerReferences'],
    [{ ownerReferences: ['x'] }, 'metadata.ownerReferences.0'],
    [{ ownerReferences: [{ ...owner, controller: 'yes' }] }, 'metadata.ownerReferences.0.controller'],
  ] as const) {
    const wrong = metadata as unknown as Partial<ObjectMeta>;
    assert.deepEqual(fieldsOf(wrong), [field], JSON.stringify(metadata));
  }
});
