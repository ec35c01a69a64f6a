import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forSupport, withoutCredentials } from './for-support.ts';

const metadata = {
  name: 'web',
  namespace: 'default',
  labels: {},
  annotations: {},
  finalizers: [],
  uid: 'u',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
};

test('forSupport: names stay, and no value that is only its owner’s does', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"env":{"A":"hunter2"}}' };
  const spec = {
    image: { oci: 'registry.example/app:1' },
    env: { PASSWORD: 'hunter2' },
    command: ['run', '--key', 'hunter2'],
    cloudInit: { userData: '#cloud-config\npassword: hunter2' },
    source: { git: { url: 'https://me:hunter2@git.example/vms.git' } },
  };
  const shown = forSupport({
    apiVersion: 'ignite.weave.works/v1',
    kind: 'VM',
    metadata: { ...metadata, annotations },
    spec,
  });
  assert.doesNotMatch(JSON.stringify(shown), /hunter2/);
  assert.deepEqual(shown['spec'], {
    image: { oci: 'registry.example/app:1' },
    env: { PASSWORD: '(hidden)' },
    command: '(hidden)',
    cloudInit: { userData: '(hidden)' },
    source: { git: { url: 'https://(hidden)@git.example/vms.git' } },
  });
  for (const kind of ['Secret', 'ConfigMap'] as const)
    assert.deepEqual(
      forSupport({ apiVersion: 'v1', kind, metadata, data: { key: 'aHVudGVyMg==' } })['data'],
      { key: '(hidden)' },
      kind,
    );
});

test('withoutCredentials: keys, tokens and passwords are hidden in any text, and the rest stays', () => {
  for (const [text, shown] of [
    ['fetching https://me:pw@git.example/a failed', 'fetching https://(hidden)@git.example/a failed'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer (hidden)'],
    ['token=abc123, next', 'token=(hidden), next'],
    ['{"password":"x y"}', '{"password":"(hidden)"}'],
    ['a eyJhbGciOi.eyJzdWIiOi.c2ln b', 'a (hidden) b'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nrest', '(hidden)\nrest'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', '(hidden)'],
    ['nothing to hide: web is Ready at 10.0.0.1', 'nothing to hide: web is Ready at 10.0.0.1'],
  ] as const)
    assert.equal(withoutCredentials(text), shown);
});
