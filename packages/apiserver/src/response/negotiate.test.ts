import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiate, negotiateContent } from './negotiate.ts';

test('negotiate takes the first form that we have', () => {
  const table = { encoding: 'json', as: { type: 'Table', version: 'v1' } };
  const kubectl =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
  const metadata = { encoding: 'json', as: { type: 'PartialObjectMetadata', version: 'v1' } };
  for (const [accept, form] of [
    [undefined, { encoding: 'json' }],
    ['*/*', { encoding: 'json' }],
    ['application/vnd.kubernetes.protobuf,application/json', { encoding: 'json' }],
    ['application/yaml', { encoding: 'yaml' }],
    ['application/yaml;q=0.5, application/json', { encoding: 'json' }],
    [kubectl, table],
    ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', { encoding: 'json' }],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', metadata],
  ] as const)
    assert.deepEqual(negotiate(accept), form, accept ?? '');
});

test('negotiate refuses what we have not', () => {
  for (const accept of ['text/html', 'application/vnd.kubernetes.protobuf', 'application/json;q=0'])
    assert.throws(() => negotiate(accept), { code: 'NOT_ACCEPTABLE' }, accept);
});

test('negotiateContent: what has no metadata is not shown as a table', () => {
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  assert.throws(() => negotiateContent(table), { code: 'NOT_ACCEPTABLE' });
  assert.deepEqual(negotiateContent(`${table},application/json`), { encoding: 'json' });
});
