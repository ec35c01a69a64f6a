import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullName, isNamedForHost, keyOfFullName, nameOnHost } from './shown-name.ts';

const named = (name: string, namespace?: string) => ({
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});

test('fullName, nameOnHost: the default namespace, and that of the cluster, go without saying', () => {
  for (const usual of [named('web'), named('web', ''), named('web', 'default')]) {
    assert.equal(fullName(usual), 'web');
    assert.equal(nameOnHost(usual.metadata), 'web');
  }
  assert.equal(fullName(named('web', 'prod')), 'prod/web');
  assert.equal(nameOnHost(named('web', 'prod').metadata), 'web.prod');
});

test('isNamedForHost: no two objects have one name on the host', () => {
  for (const good of [named('web'), named('web', 'default'), named('web', 'prod'), named('web', 'a.b')])
    assert.ok(isNamedForHost(good.metadata), JSON.stringify(good));
  for (const bad of [named('web.prod'), named('../web'), named('web', '../prod'), named('')])
    assert.ok(!isNamedForHost(bad.metadata), JSON.stringify(bad));
});

test('keyOfFullName: it reads what fullName writes', () => {
  for (const { metadata } of [named('web', 'default'), named('web', 'prod')])
    assert.deepEqual(keyOfFullName(fullName({ metadata })), metadata);
});
