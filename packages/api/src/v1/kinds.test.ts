import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { problemsOfUpdate } from '@ignite/toolkit/scheme/problems-of-update';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { apiVersion } from './group.ts';
import { kinds } from './kinds.ts';
import { sampleVm } from './vm.sample.ts';

test('a VM is bound to a host once, and stays there', () => {
  const vmKind = kinds.find(({ kind }) => kind === 'VM')!;
  const vm = (hostName?: string) => sampleVm({ spec: hostName === undefined ? {} : { hostName } });
  const paths = (old?: string, next?: string) =>
    problemsOfUpdate(vm(old), vm(next), vmKind).map(({ path }) => path);
  assert.deepEqual(paths(undefined, 'a'), []);
  assert.deepEqual(paths('a', 'a'), []);
  assert.deepEqual(paths('a', 'b'), ['/spec/hostName']);
  assert.deepEqual(paths('a'), ['/spec/hostName']);
});

test('a VM that a client of the API creates has an id as one that a command creates', async () => {
  using store = new MemoryStore();
  const vmKind = servedKindOf(kinds.find(({ kind }) => kind === 'VM')!);
  const client = new StoreObjectClient(store, [vmKind]);
  const { apiVersion, kind, spec } = sampleVm();
  const { metadata } = await client.create(vmKind, {
    apiVersion,
    kind,
    metadata: { name: 'web', namespace: 'default' },
    spec,
  });
  assert.match(metadata.uid, /^[0-9a-f]{16}$/);
});

test('a client of the API can create no VM or volume whose name has a dot, as those of other namespaces have on the host', async () => {
  using store = new MemoryStore();
  const served = kinds.map(servedKindOf);
  const client = new StoreObjectClient(store, served);
  for (const wanted of [sampleVm(), { apiVersion, kind: 'Volume', spec: {} }]) {
    const resource = served.find(({ kind }) => kind === wanted.kind)!;
    const create = (name: string) =>
      client.create(resource, { ...wanted, metadata: { name, namespace: 'default' } });
    await assert.rejects(create('data.prod'), { code: 'INVALID', message: /metadata\.name/ });
    assert.equal((await create('data')).metadata.name, 'data');
  }
});

test('what comes about in other ways cannot be created by a client of the API, who is told how', async () => {
  using store = new MemoryStore();
  const served = kinds.map(servedKindOf);
  const client = new StoreObjectClient(store, served);
  for (const [kind, spec, said] of [
    ['Image', { oci: 'nginx' }, /ignite image import/],
    ['Kernel', { oci: 'linux' }, /ignite kernel import/],
    ['Host', {}, /registers itself/],
  ] as const) {
    const resource = served.find((each) => each.kind === kind)!;
    for (const dryRun of [true, false])
      await assert.rejects(
        client.create(resource, { apiVersion, kind, metadata: { name: 'a' }, spec }, { dryRun }),
        { code: 'METHOD_NOT_ALLOWED', message: said },
      );
    assert.deepEqual((await store.list(resource)).items, []);
  }
});
