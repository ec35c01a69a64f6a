import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strategicMergePatch } from './strategic-merge-patch.ts';

const keys = { 'metadata.finalizers': '', 'metadata.ownerReferences': 'uid' };
const object = {
  data: { a: '1', b: '2' },
  metadata: {
    finalizers: ['x', 'y'],
    ownerReferences: [
      { uid: '1', name: 'one' },
      { uid: '2', name: 'two' },
    ],
  },
  rules: [1, 2],
};

test('strategicMergePatch merges maps, removes by null, and replaces lists without a key', () => {
  const next = strategicMergePatch(object, { data: { a: null, c: '3' }, rules: [3] }, keys);
  assert.deepEqual(next, { ...object, data: { b: '2', c: '3' }, rules: [3] });
});

test('strategicMergePatch merges lists by their keys', () => {
  const finalizers = ['y', 'z'];
  const ownerReferences = [{ uid: '2', name: 'new' }, { uid: '1', $patch: 'delete' }, { uid: '3' }];
  const order = { '$setElementOrder/finalizers': ['x'] };
  assert.deepEqual(
    strategicMergePatch(object, { metadata: { finalizers, ownerReferences, ...order } }, keys),
    {
      ...object,
      metadata: { finalizers: ['x', 'y', 'z'], ownerReferences: [{ uid: '2', name: 'new' }, { uid: '3' }] },
    },
  );
});

test('strategicMergePatch puts items in the order of Kubernetes: new ones come first unless the patch says otherwise', () => {
  const merged = (changes: object): object => {
    const next = strategicMergePatch(object, { metadata: changes }, keys) as typeof object;
    return {
      owners: next.metadata.ownerReferences.map(({ uid }) => uid),
      finalizers: next.metadata.finalizers,
    };
  };
  const [owners, finalizers] = [
    ['1', '2'],
    ['x', 'y'],
  ];
  assert.deepEqual(merged({ ownerReferences: [{ uid: '3' }] }), { owners: ['3', '1', '2'], finalizers });
  assert.deepEqual(merged({ ownerReferences: [{ uid: '2' }, { uid: '3' }] }), {
    owners: ['1', '2', '3'],
    finalizers,
  });
  assert.deepEqual(merged({ finalizers: ['z'] }), { owners, finalizers: ['z', 'x', 'y'] });
  const order = { '$setElementOrder/ownerReferences': [{ uid: '2' }, { uid: '3' }, { uid: '1' }] };
  assert.deepEqual(merged({ ...order, ownerReferences: [{ uid: '3' }] }), {
    owners: ['2', '3', '1'],
    finalizers,
  });
});

test('strategicMergePatch follows the directives of the patch', () => {
  for (const [patch, wanted] of [
    [{ data: { $patch: 'replace', z: '9' } }, { ...object, data: { z: '9' } }],
    [{ data: { $retainKeys: ['a'], a: '5' } }, { ...object, data: { a: '5' } }],
    [
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } },
      { ...object, metadata: { ...object.metadata, finalizers: ['y'] } },
    ],
    [
      { metadata: { ownerReferences: [{ $patch: 'replace' }, { uid: '7' }] } },
      { ...object, metadata: { ...object.metadata, ownerReferences: [{ uid: '7' }] } },
    ],
  ] as const)
    assert.deepEqual(strategicMergePatch(object, patch, keys), wanted);
});
