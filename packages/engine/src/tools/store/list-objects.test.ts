import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { bytes } from '@ignite/toolkit/units/bytes';
import { volumesIn } from './kind-clients.ts';
import { listVolumes } from './list-objects.ts';
import { engineClient } from './engine-client.sample.ts';

test('listVolumes: a volume is used by the VMs of its namespace that name it, or have booted with it', async () => {
  const store = new MemoryStore();
  const objects = engineClient(store);
  for (const [namespace, uid] of [
    ['default', '1'],
    ['prod', '2'],
  ] as const)
    await volumesIn(objects).create({
      metadata: { namespace, name: 'db', uid },
      spec: { size: bytes(2 ** 24) },
      status: { path: '', usedBy: [] },
    });
  const vm = sampleVm({ spec: { storage: { volumes: [{ name: 'data', volume: { name: 'db' } }] } } });
  await store.create({ ...vm, metadata: { ...vm.metadata, namespace: 'prod' } });
  const old = sampleVm({ name: 'old', uid: '3', status: { booted: vm.spec } });
  await store.create({ ...old, metadata: { ...old.metadata, namespace: 'prod' } });
  const volumes = await listVolumes({ objects, self: { name: 'a', isAlone: true } });
  assert.deepEqual(
    volumes.map(({ metadata, status }) => [metadata.namespace, status.usedBy]),
    [
      ['default', []],
      ['prod', ['old', 'web']],
    ],
  );
});
