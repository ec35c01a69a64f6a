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
  const shown = forSupport({ kind: 'VM', metadata: { ...metadata, annotations }, spec });
  assert.doesNotMatch(JSON.stringify(shown), /hunter2/);
  assert.deepEqual(shown, {
    kind: 'VM',
    metadata: {
      ...metadata,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '(hidden)' },
    },
    spec: {
      image: { oci: 'registry.example/app:1' },
      env: { PASSWORD: '(hidden)' },
      command: '(hidden)',
      cloudInit: { userData: '(hidden)' },
      source: { git: { url: 'https://(hidden)@git.example/vms.git' } },
    },
  });
  for (const field of ['data', 'stringData', 'binaryData', 'sealed'])
    assert.deepEqual(forSupport({ kind: 'Secret', metadata, [field]: { key: 'aHVudGVyMg==' } }), {
      kind: 'Secret',
      metadata,
      [field]: { key: '(hidden)' },
    });
});

test('forSupport: variables, addresses of notifications, kernel arguments and fields named as secrets are hidden', () => {
  const shown = forSupport({
    spec: {
      variables: { REGION: 'hunter2' },
      notify: [{ url: 'https://hooks.example/services/hunter2', secretFile: '/etc/key', on: ['failure'] }],
      kernel: { cmdLine: 'console=ttyS0 key=hunter2' },
      clientSecret: 'hunter2',
      db_password: 'hunter2',
      tokenFile: '/etc/token',
    },
  });
  assert.deepEqual(shown, {
    spec: {
      variables: { REGION: '(hidden)' },
      notify: [{ url: '(hidden)', secretFile: '/etc/key', on: ['failure'] }],
      kernel: { cmdLine: '(hidden)' },
      clientSecret: '(hidden)',
      db_password: '(hidden)',
      tokenFile: '/etc/token',
    },
  });
});

test('withoutCredentials: keys, tokens and passwords are hidden in any text, and the rest stays', () => {
  for (const [text, shown] of [
    ['fetching https://me:pw@git.example/a failed', 'fetching https://(hidden)@git.example/a failed'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer (hidden)'],
    ['token=abc123, next', 'token=(hidden), next'],
    ['{"password":"x y"}', '{"password":"(hidden)"}'],
    ['{"password":"x\\"y z","a":1}', '{"password":"(hidden)","a":1}'],
    [
      String.raw`{"text":"{\"password\":\"hunter2\",\"a\":1}"}`,
      String.raw`{"text":"{\"password\":\"(hidden)\",\"a\":1}"}`,
    ],
    [String.raw`\"token\":\"a\\\"b c\" d`, String.raw`\"token\":\"(hidden)\" d`],
    ['password="cut off\nrest', 'password="(hidden)"\nrest'],
    ['MYSQL_PASSWORD=hunter2 API_TOKEN=hunter2 x', 'MYSQL_PASSWORD=(hidden) API_TOKEN=(hidden) x'],
    ['client_secret=hunter2&x', 'client_secret=(hidden)'],
    ["AWS_SECRET_ACCESS_KEY='hunter 2'", "AWS_SECRET_ACCESS_KEY='(hidden)'"],
    ['dbPassword: hunter2', 'dbPassword: (hidden)'],
    ['a eyJhbGciOi.eyJzdWIiOi.c2ln b', 'a (hidden) b'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nrest', '(hidden)\nrest'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', '(hidden)'],
    ['nothing to hide: web is Ready at 10.0.0.1', 'nothing to hide: web is Ready at 10.0.0.1'],
  ] as const)
    assert.equal(withoutCredentials(text), shown);
});
