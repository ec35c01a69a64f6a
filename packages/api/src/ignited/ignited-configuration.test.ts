import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeIgnitedConfiguration } from './ignited-configuration.ts';

const head = 'apiVersion: ignite.weave.works/v1\nkind: IgnitedConfiguration\n';

test('decodeIgnitedConfiguration: each field is what its flag would be', () => {
  const text = `${head}
nodeLabels: {zone: a, rack: "7"}
store: etcd://10.0.0.1:2379
api:
  enabled: true
  address: 127.0.0.1:6443
log: {level: warn, format: json}
`;
  assert.deepEqual(decodeIgnitedConfiguration(text, 'ignited.yaml'), {
    'node-label': ['zone=a', 'rack=7'],
    store: 'etcd://10.0.0.1:2379',
    api: true,
    'api-address': '127.0.0.1:6443',
    'log-level': 'warn',
    'log-format': 'json',
  });
  assert.deepEqual(decodeIgnitedConfiguration(head, 'ignited.yaml'), {});
});

test('decodeIgnitedConfiguration: what is wrong is told with its place', () => {
  for (const [text, told] of [
    [`${head}api:\n  adress: "127.0.0.1:1"\n`, 'ignited.yaml:4:3: api: unknown field "adress"'],
    [`${head}api:\n  enabled: "yes"\n`, 'ignited.yaml:4:3: api.enabled'],
    [`${head}log: {level: loud}\n`, 'ignited.yaml:3:7: log.level'],
    [`${head}log: {level: info}\nlog: {}\n`, 'ignited.yaml:4:1: a field is set twice'],
    [`${head}---\n${head}`, 'it must have one document'],
    ['apiVersion: v1\nkind: Pod\n', 'ignited.yaml:1:1: apiVersion'],
    ['', 'one document'],
  ] as const)
    assert.throws(
      () => decodeIgnitedConfiguration(text, 'ignited.yaml'),
      (failure: Error) => failure.message.includes(told) || assert.fail(`${told}: ${failure.message}`),
    );
});
