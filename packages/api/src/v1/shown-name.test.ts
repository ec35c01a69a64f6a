import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullName, nameOnHost } from './shown-name.ts';

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
