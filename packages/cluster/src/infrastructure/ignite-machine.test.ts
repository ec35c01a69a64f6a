import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Machine } from '../kinds/machine.ts';
import { clusterKind, igniteClusterKind, igniteMachineKind, machineKind } from '../kinds/object-kinds.ts';
import { found, namespace, openInfrastructure } from './infrastructure.sample.ts';

/** Creates a cluster with a Machine, which boots with data of its author. */
async function createMachine(client: ObjectClient): Promise<void> {
  await objectsOf(client, igniteClusterKind).create({
    metadata: { namespace, name: 'dev' },
    spec: { controlPlaneEndpoint: { host: '10.61.0.10', port: 6443 } },
  });
  await objectsOf(client, clusterKind).create({
    metadata: { namespace, name: 'dev' },
    spec: { infrastructureRef: { apiGroup: igniteClusterKind.group, kind: 'IgniteCluster', name: 'dev' } },
  });
  await objectsOf(client, igniteMachineKind).create({
    metadata: { namespace, name: 'dev-1' },
    spec: { vm: { image: { oci: 'node:v1.35.4' }, memory: '2GB' } },
  });
  await objectsOf(client, machineKind).create({
    metadata: { namespace, name: 'dev-1' },
    spec: {
      clusterName: 'dev',
      bootstrap: { dataSecretName: 'data' },
      infrastructureRef: { apiGroup: igniteMachineKind.group, kind: 'IgniteMachine', name: 'dev-1' },
      failureDomain: 'host-b',
    },
  });
}

test('a Machine gets a VM that boots with its data, and learns of it what the contract says', async () => {
  await using opened = openInfrastructure();
  const { client } = opened;
  const machines = objectsOf(client, machineKind);
  const vms = objectsOf(client, vmKind);
  await createMachine(client);
  const vm = (await found(async () => await vms.find({ namespace, name: 'dev-1' }))) as Vm;
  assert.deepEqual(vm.spec.cloudInit, { userDataSecretRef: { name: 'data', key: 'value' } });
  assert.equal(vm.spec.hostName, 'host-b');
  assert.equal(vm.spec.memory, 2 * 2 ** 30);

  const network = { ipAddresses: ['10.61.0.11'], mac: '', gateway: '' };
  await vms.modifyStatus({ namespace, name: 'dev-1' }, (now) => ({
    ...now,
    status: { phase: 'Running', network },
  }));
  const provisioned = await found(async () => {
    const machine = (await machines.get({ namespace, name: 'dev-1' })) as Machine;
    return machine.status?.initialization?.infrastructureProvisioned ? machine : undefined;
  });
  assert.equal(provisioned.spec.providerID, `ignite://${vm.metadata.uid}`);
  assert.deepEqual(provisioned.status?.addresses, [
    { type: 'Hostname', address: 'dev-1' },
    { type: 'InternalIP', address: '10.61.0.11' },
  ]);

  await machines.delete({ namespace, name: 'dev-1' });
  await found(async () => ((await machines.find({ namespace, name: 'dev-1' })) ? undefined : true));
  assert.equal(await vms.find({ namespace, name: 'dev-1' }), undefined);
  assert.equal(await objectsOf(client, igniteMachineKind).find({ namespace, name: 'dev-1' }), undefined);
});

test('a Machine says why its bootstrap has failed', async () => {
  await using opened = openInfrastructure();
  const { client } = opened;
  await createMachine(client);
  const vms = objectsOf(client, vmKind);
  await found(async () => await vms.find({ namespace, name: 'dev-1' }));
  const network = { ipAddresses: ['10.61.0.11'], mac: '', gateway: '' };
  const conditions = (status: 'True' | 'False' | 'Unknown', reason: string, message: string) => [
    { type: 'Bootstrapped', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' },
  ];
  const tell = async (...told: Parameters<typeof conditions>): Promise<void> => {
    const status = { phase: 'Running', network, conditions: conditions(...told) };
    await vms.modifyStatus({ namespace, name: 'dev-1' }, (now) => ({ ...now, status }));
  };
  const infrastructureReady = async (status: string) =>
    await found(async () => {
      const machine = (await objectsOf(client, machineKind).get({ namespace, name: 'dev-1' })) as Machine;
      const ready = machine.status?.conditions?.find(({ type }) => type === 'InfrastructureReady');
      return ready?.status === status ? `${ready.reason}: ${ready.message}` : undefined;
    });
  await tell('Unknown', 'Running', '');
  await infrastructureReady('True');
  await tell('False', 'CommandsFailed', '[preflight] port 10250 is in use');
  assert.equal(await infrastructureReady('False'), 'BootstrapFailed: [preflight] port 10250 is in use');
  await tell('True', 'Done', '');
  await infrastructureReady('True');
});

test('a VM of the same name that belongs to somebody else is left alone', async () => {
  await using opened = openInfrastructure();
  const { client } = opened;
  const vms = objectsOf(client, vmKind);
  await vms.create({ metadata: { namespace, name: 'web' }, spec: { image: { oci: 'nginx' } } });
  const infrastructure = objectsOf(client, igniteMachineKind);
  await infrastructure.create({
    metadata: { namespace, name: 'web' },
    spec: { vm: { image: { oci: 'node' } } },
  });
  await found(async () =>
    (await infrastructure.get({ namespace, name: 'web' })).metadata.finalizers.length > 0 ? true : undefined,
  );
  await infrastructure.delete({ namespace, name: 'web' });
  await found(async () => ((await infrastructure.find({ namespace, name: 'web' })) ? undefined : true));
  assert.ok(await vms.find({ namespace, name: 'web' }));
});

test('what belongs to another Machine or Cluster is not taken by a wrong reference, nor deleted', async () => {
  await using opened = openInfrastructure();
  const { client } = opened;
  const machines = objectsOf(client, machineKind);
  const infrastructure = objectsOf(client, igniteMachineKind);
  await createMachine(client);
  const first = await machines.get({ namespace, name: 'dev-1' });
  const ownedBy = async (): Promise<readonly unknown[]> => [
    (await infrastructure.get({ namespace, name: 'dev-1' })).metadata.ownerReferences?.map(
      ({ name }) => name,
    ),
    (
      await objectsOf(client, igniteClusterKind).get({ namespace, name: 'dev' })
    ).metadata.ownerReferences?.map(({ name }) => name),
  ];
  const vm = await found(async () => await objectsOf(client, vmKind).find({ namespace, name: 'dev-1' }));
  const cluster = await objectsOf(client, clusterKind).get({ namespace, name: 'dev' });
  const thieves = [
    [clusterKind, cluster.spec],
    [machineKind, first.spec],
  ] as const;
  for (const [kind, spec] of thieves)
    await objectsOf(client, kind).create({ metadata: { namespace, name: 'thief' }, spec });
  for (const [kind] of thieves)
    await found(async () =>
      (await objectsOf(client, kind).get({ namespace, name: 'thief' })).status === undefined
        ? undefined
        : true,
    );
  assert.deepEqual(await ownedBy(), [['dev-1'], ['dev']]);
  for (const [kind] of thieves.toReversed()) {
    await objectsOf(client, kind).delete({ namespace, name: 'thief' });
    await found(async () =>
      (await objectsOf(client, kind).find({ namespace, name: 'thief' })) ? undefined : true,
    );
  }
  assert.deepEqual(await ownedBy(), [['dev-1'], ['dev']]);
  const left = await objectsOf(client, vmKind).get({ namespace, name: 'dev-1' });
  assert.deepEqual([left.metadata.uid, left.metadata.deletionTimestamp], [vm.metadata.uid, undefined]);
});
