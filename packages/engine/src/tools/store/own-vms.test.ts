import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { findAnyVm, findOwnVm, listOwnVms } from './own-vms.ts';

const vm = (name: string, uid: string, hostName?: string) =>
  sampleVm({ name, uid, spec: hostName === undefined ? {} : { hostName } });

async function storeOfTwo(): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const each of [vm('web-a', 'u1', 'a'), vm('web-b', 'u2', 'b'), vm('loose', 'u3')])
    await store.create(each);
  return store;
}

const namesOf = async (name: string, isAlone: boolean): Promise<readonly string[]> =>
  (await listOwnVms({ store: await storeOfTwo(), self: { name, isAlone } })).map(
    ({ metadata }) => metadata.name,
  );

test('listOwnVms: of a shared store, a host knows the VMs that are bound to it', async () => {
  assert.deepEqual(await namesOf('a', false), ['web-a']);
  assert.deepEqual(await namesOf('b', false), ['web-b']);
});

test('listOwnVms: all VMs in a store of one host are its own, those too that were stored without a host', async () => {
  assert.deepEqual(await namesOf('a', true), ['loose', 'web-a', 'web-b']);
});

test('findOwnVm: a VM of another host is told from one that is nowhere, and abbreviates nothing here', async () => {
  const own = { store: await storeOfTwo(), self: { name: 'a', isAlone: false } };
  assert.equal((await findOwnVm(own, 'web')).metadata.name, 'web-a');
  for (const query of ['web-b', 'u2', 'loose'])
    await assert.rejects(findOwnVm(own, query), { code: 'VM_ELSEWHERE' });
  await assert.rejects(findOwnVm(own, 'nothing'), { code: 'VM_NOT_FOUND' });
});

test('findAnyVm: a name alone means the default namespace', async () => {
  const store = new MemoryStore();
  const other = vm('web', 'u1');
  await store.create({ ...other, metadata: { ...other.metadata, namespace: 'a' } });
  assert.equal(await findAnyVm(store, 'web'), undefined);
  await store.create(vm('web', 'u2'));
  assert.equal((await findAnyVm(store, 'web'))?.metadata.uid, 'u2');
  for (const query of ['a/web', 'u1']) assert.equal((await findAnyVm(store, query))?.metadata.uid, 'u1');
});
