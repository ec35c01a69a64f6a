import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { findAnyVm, findOwnVm, listOwnVms } from './own-vms.ts';
import { engineClient } from './engine-client.sample.ts';

const vm = (name: string, uid: string, hostName?: string) =>
  sampleVm({ name, uid, spec: hostName === undefined ? {} : { hostName } });

async function storeOfTwo(): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const each of [vm('web-a', 'u1', 'a'), vm('web-b', 'u2', 'b'), vm('loose', 'u3')])
    await store.create(each);
  return store;
}

const namesOf = async (name: string, isAlone: boolean): Promise<readonly string[]> =>
  (await listOwnVms({ objects: engineClient(await storeOfTwo()), self: { name, isAlone } })).map(
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
  const own = { objects: engineClient(await storeOfTwo()), self: { name: 'a', isAlone: false } };
  assert.equal((await findOwnVm(own, 'web')).metadata.name, 'web-a');
  for (const query of ['web-b', 'u2', 'loose'])
    await assert.rejects(findOwnVm(own, query), { code: 'VM_ELSEWHERE' });
  await assert.rejects(findOwnVm(own, 'nothing'), { code: 'VM_NOT_FOUND' });
});

test('findAnyVm: a VM that is named like the uid of another one is not taken for it', async () => {
  const store = await storeOfTwo();
  await store.create(vm('u2', 'a0', 'b'));
  assert.equal((await findAnyVm(engineClient(store), 'u2'))?.metadata.name, 'web-b');
  assert.equal((await findAnyVm(engineClient(store), 'a0'))?.metadata.name, 'u2');
});

test('findAnyVm: VMs of one name in several namespaces are told apart', async () => {
  const store = await storeOfTwo();
  const { metadata, ...rest } = vm('web-b', 'u4', 'b');
  await store.create({ ...rest, metadata: { ...metadata, namespace: 'a-prod' } });
  const uidOf = async (query: string) => (await findAnyVm(engineClient(store), query))?.metadata.uid;
  assert.equal(await uidOf('web-b'), 'u2');
  assert.equal(await uidOf('a-prod/web-b'), 'u4');
  assert.equal(await uidOf('u4'), 'u4');
  assert.equal(await uidOf('web'), undefined);
  await assert.rejects(
    findOwnVm({ objects: engineClient(store), self: { name: 'a', isAlone: false } }, 'u4'),
    {
      message: 'VM "a-prod/web-b" is on host "b"',
    },
  );
});
