import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKey, parseKind } from './declared-kind.ts';

test('parseKind: kinds, plurals and short names, in any case', () => {
  for (const name of ['vm', 'VMs']) assert.equal(parseKind(name).kind, 'VM');
  for (const name of ['Volume', 'volumes', 'vol']) assert.equal(parseKind(name).kind, 'Volume');
  for (const name of ['gitsource', 'gs']) assert.equal(parseKind(name).kind, 'GitSource');
  assert.deepEqual(parseKey('img/debian'), { kind: 'Image', namespace: 'default', name: 'debian' });
});

test('parseKey: an object of another namespace than the default one', () => {
  assert.deepEqual(parseKey('vm/prod/web'), { kind: 'VM', namespace: 'prod', name: 'web' });
  for (const text of ['vm', 'vm/', 'vm//web', 'vm/a/b/c'])
    assert.throws(() => parseKey(text), { code: 'USAGE_INVALID' });
});

test('parseKind: an unknown kind is answered with the one that is meant, or with all', () => {
  assert.throws(() => parseKind('vmz'), { hint: 'did you mean "vm"?' });
  assert.throws(() => parseKind('pod'), {
    hint: 'use one of vm, image, kernel, volume, snapshot, warmpool, gitsource, sync, host, namespace, configmap, secret',
  });
});
