import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { bytes } from '@ignite/toolkit/units/bytes';
import { volumeStore } from './kind-stores.ts';
import { listVolumes } from './list-objects.ts';

test('listVolumes: a volume is used by the VMs of its namespace that name it', async () => {
  const store = new MemoryStore();
  for (const [namespace, uid] of [
    ['default', '1'],
    ['prod', '2'],
  ] as const)
    await volumeStore(store).create({
      metadata: { namespace, name: 'db', uid },
      spec: { size: bytes(2 ** 24) },
      status: { path: '', usedBy: [] },
    });
  const vm = sampleVm({ spec: { storage: { volumes: [{ name: 'data', volume: { name: 'db' } }] } } });
  await store.create({ ...vm, metadata: { ...vm.metadata, namespace: 'prod' } });
  const volumes = await listVolumes({ store, self: { name: 'a', isAlone: true } });
  assert.deepEqual(
    volumes.map(({ metadata, status }) => [metadata.namespace, status.usedBy]),
    [
      ['default', []],
      ['prod', ['web']],
    ],
  );
});
