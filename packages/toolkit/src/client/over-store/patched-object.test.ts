import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../object/kube-object.ts';
import { patchedObject } from './patched-object.ts';

const old: KubeObject = {
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
  },
  spec: { size: 3 },
};

test('a patch leaves the old object as it was, and its version unless it names another', () => {
  const before = structuredClone(old);
  const operations = [{ op: 'replace', path: '/spec/size', value: 4 }] as const;
  assert.deepEqual(patchedObject(old, { type: 'json', operations }), { ...old, spec: { size: 4 } });
  assert.deepEqual(old, before);
  const changes = { metadata: { resourceVersion: null } };
  assert.deepEqual(patchedObject(old, { type: 'merge', changes }), old);
  const named = patchedObject(old, { type: 'merge', changes: { metadata: { resourceVersion: '7' } } });
  assert.equal(named.metadata.resourceVersion, '7');
});

test('a patch that is none, or that takes the object its name, is refused', () => {
  for (const operations of [
    [{ op: 'add', path: 'spec', value: null }],
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
    [{ op: 'copy', from: '/constructor/name', path: '/spec/x' }],
    [{ op: 'remove', path: '/metadata' }],
    [{ op: 'replace', path: '/metadata/namespace', value: 'm' }],
  ] as const)
    assert.throws(() => patchedObject(old, { type: 'json', operations }), { code: 'BAD_REQUEST' });
  for (const operations of [
    [{ op: 'replace', path: '', value: null }],
    [{ op: 'test', path: '/spec/size', value: 4 }],
    [{ op: 'move', from: '/spec/none', path: '/spec/size' }],
  ] as const)
    assert.throws(() => patchedObject(old, { type: 'json', operations }), { code: 'INVALID' });
  assert.equal(({} as { readonly polluted?: number }).polluted, undefined);
});

test('the copies of a patch cannot make an object grow without bound', () => {
  const copy = { op: 'copy', from: '/spec/list', path: '/spec/list/-' } as const;
  const spec = { list: ['x'.repeat(1_000)] };
  const doubled = patchedObject({ ...old, spec }, { type: 'json', operations: [copy, copy] });
  assert.equal((doubled.spec as typeof spec).list.length, 3);
  const operations = Array.from({ length: 20 }, () => copy);
  assert.throws(() => patchedObject({ ...old, spec }, { type: 'json', operations }), {
    code: 'BAD_REQUEST',
    message: /^the copies of a JSON patch cannot add more than 3145728 characters$/,
  });
});
