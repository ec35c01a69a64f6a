import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesWithoutSecrets, withoutSecrets } from './hide-secret.ts';

const metadata = {
  name: 'db',
  namespace: 'default',
  uid: 'u',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels: {},
  annotations: {},
  finalizers: [],
};

test('withoutSecrets: of a Secret the names of its values are left, and other objects stay as they are', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { password: 'aGk=' } };
  assert.deepEqual(withoutSecrets(secret), { ...secret, data: { password: '(hidden)' } });
  const configMap = { ...secret, kind: 'ConfigMap' };
  assert.equal(withoutSecrets(configMap), configMap);
  const foreign = { ...secret, apiVersion: 'example.org/v1' };
  assert.equal(withoutSecrets(foreign), foreign);
});

test('changesWithoutSecrets: says which values differ, and nothing of what they are', () => {
  const changes = [
    { path: '/data/password', from: 'aGk=', to: 'eW8=' },
    { path: '/data/user', from: undefined, to: 'bWU=' },
    { path: '/data', from: { a: 'aGk=' }, to: undefined },
    { path: '/type', from: 'Opaque', to: 'x' },
  ];
  assert.deepEqual(changesWithoutSecrets({ apiVersion: 'v1', kind: 'Secret' }, changes), [
    { path: '/data/password', from: '(hidden)', to: '(hidden)' },
    { path: '/data/user', from: undefined, to: '(hidden)' },
    { path: '/data', from: '(hidden)', to: undefined },
    { path: '/type', from: 'Opaque', to: 'x' },
  ]);
  assert.deepEqual(changesWithoutSecrets({ apiVersion: 'v1', kind: 'ConfigMap' }, changes), changes);
});
