import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import type { Vm } from '@ignite/api/v1/vm';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import { findOrphans } from './find-orphans.ts';
import { OwnedElsewhere } from './owned-elsewhere.ts';

const owner = {
  ...{ apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind: 'IgniteMachine', name: 'a', uid: 'u' },
  ...{ controller: true, blockOwnerDeletion: true },
};
const key = { namespace: 'default', name: 'a' };

async function createVm() {
  const store = new StoreObjectClient(new MemoryStore(), vmKinds.map(servedKindOf));
  const own = new KindClient<Vm>(store, vmKind);
  const shown = new KindClient<Vm>(new OwnedElsewhere(store), vmKind);
  const spec = { image: { oci: 'node' } };
  const created = await shown.create({ metadata: { ...key, ownerReferences: [owner] }, spec });
  return { own, shown, created };
}

test('owners of another cluster are kept where the host does not look for them', async () => {
  const { own, shown, created } = await createVm();
  assert.deepEqual(created.metadata.ownerReferences, [owner]);
  assert.equal((await own.get(key)).metadata.ownerReferences, undefined);
  const changed = await shown.modify(key, (now) => ({
    ...now,
    metadata: { ...now.metadata, labels: { a: 'b' } },
  }));
  const told = await shown.modifyStatus(key, (now) => ({ ...now, status: { phase: 'Running' } }));
  for (const { metadata } of [changed, told, ...(await shown.list()).items])
    assert.deepEqual([metadata.ownerReferences, metadata.annotations], [[owner], {}]);
  assert.equal((await own.get(key)).metadata.ownerReferences, undefined);
  assert.deepEqual((await own.get(key)).metadata.labels, { a: 'b' });
  await own.modify(key, (now) => ({ ...now, metadata: { ...now.metadata, finalizers: ['a.example/b'] } }));
  const remaining = await shown.delete(key);
  assert.deepEqual(
    remaining?.metadata.ownerReferences,
    [owner],
    'one that is being deleted has its owner still',
  );
});

test('an annotation that somebody has damaged names no owner', async () => {
  for (const text of ['', '{', '[1]', '{"uid":"u"}']) {
    const { own, shown } = await createVm();
    await own.modify(key, ({ metadata, ...now }) => ({
      ...now,
      metadata: { ...metadata, annotations: { 'infrastructure.cluster.x-k8s.io/owners-elsewhere': text } },
    }));
    assert.equal((await shown.get(key)).metadata.ownerReferences, undefined);
  }
});

test('findOrphans: a VM has lost its machine, unless that was moved with its provider ID', async () => {
  const { shown, created } = await createVm();
  const vms = (await shown.list()).items;
  const machine = (uid: string, providerID?: string) =>
    ({ metadata: { uid }, spec: { providerID } }) as unknown as IgniteMachine;
  const names = (...machines: readonly IgniteMachine[]): readonly string[] =>
    findOrphans(vms, machines).map(({ metadata }) => metadata.name);
  assert.deepEqual(names(machine('u')), []);
  assert.deepEqual(names(machine('moved', `ignite://${created.metadata.uid}`)), []);
  assert.deepEqual(names(machine('another')), ['a']);
  const { ownerReferences: _gone, ...metadata } = created.metadata;
  assert.deepEqual(findOrphans([{ ...created, metadata }], []), []);
});
