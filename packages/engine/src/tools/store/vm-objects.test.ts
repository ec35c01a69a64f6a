import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { findVm, getVm } from './vm-objects.ts';
import { engineClient } from './engine-client.sample.ts';

test('getVm: a VM that an older Ignite has stored has the fields that have come since', async () => {
  const store = new MemoryStore();
  const objects = engineClient(store);
  const spec = {
    image: { oci: 'debian:12' },
    kernel: {},
    cpus: 1,
    memory: 2 ** 29,
    diskSize: 2 ** 32,
    power: 'Stopped',
  };
  await store.create({
    apiVersion,
    kind: 'VM',
    metadata: { name: 'old', uid: '0123456789abcdef' },
    spec,
    status: {},
  });
  for (const vm of [
    await getVm(objects, { namespace: 'default', name: 'old' }),
    await findVm(objects, '0123456789abcdef'),
  ]) {
    assert.deepEqual(vm.spec.network.ports, []);
    assert.deepEqual(vm.spec.network.interfaces, []);
    assert.equal(vm.spec.power, 'Stopped');
    assert.equal(vm.spec.memory, 2 ** 29);
  }
});
