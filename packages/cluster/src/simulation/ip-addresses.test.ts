import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { type KindResource, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { InClusterIpPool } from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddress, IpAddressClaim } from '../kinds/ip-address-claim.ts';
import {
  clusterKind,
  globalInClusterIpPoolKind,
  igniteClusterKind,
  igniteMachineKind,
  inClusterIpPoolKind,
  ipAddressClaimKind,
  ipAddressKind,
  machineKind,
} from '../kinds/object-kinds.ts';
import { Simulation } from './simulation.sample.ts';

const rounds = Number(process.env['IGNITE_CLUSTER_ROUNDS'] ?? 6);
const poolRef = { apiGroup: 'ipam.cluster.x-k8s.io', kind: 'InClusterIPPool', name: 'lan' };
const spec = { addresses: ['10.0.0.10-10.0.0.29'], prefix: 24, gateway: '10.0.0.1' };

const poolOf = async (simulation: Simulation): Promise<InClusterIpPool | undefined> =>
  (await simulation.all<InClusterIpPool>(inClusterIpPoolKind))[0];

const addressesIn = async (simulation: Simulation): Promise<readonly string[]> =>
  (await simulation.all<IpAddress>(ipAddressKind)).map((each) => each.spec.address);

/** No address is given twice, at any moment. */
async function checkDistinct(simulation: Simulation): Promise<void> {
  const addresses = await addressesIn(simulation);
  assert.equal(new Set(addresses).size, addresses.length, addresses.toSorted().join(' '));
}

const usageIs = async (simulation: Simulation, used: number, free: number): Promise<boolean> => {
  const status = (await poolOf(simulation))?.status;
  return (
    status?.ipAddresses?.used === used &&
    status.ipAddresses.free === free &&
    status.reservations?.length === 0
  );
};

/** What people do is not what is tried here. */
async function quietly(simulation: Simulation, work: () => Promise<unknown>): Promise<void> {
  simulation.client.isFaulty = false;
  await work();
  simulation.client.isFaulty = true;
}

const remove = async (simulation: Simulation, kind: KindResource, name: string): Promise<void> =>
  await quietly(
    simulation,
    async () => await simulation.client.delete({ ...kind, namespace: 'default', name }),
  );

describe('whatever the order, the faults and the delays', () => {
  for (let seed = 1; seed <= rounds; seed += 1)
    test(`each claim gets an address of its own, and gives it back, seed ${seed}`, async () => {
      using simulation = await Simulation.open({ seed, faults: 0.1, delays: 0.3 });
      const onStep = async (): Promise<void> => await checkDistinct(simulation);
      await quietly(simulation, async () => {
        for (let at = 0; at < 25; at += 1) await simulation.create(ipAddressClaimKind, `c${at}`, { poolRef });
        await simulation.create(inClusterIpPoolKind, 'lan', spec);
      });
      const claims = async (): Promise<readonly IpAddressClaim[]> =>
        await simulation.all<IpAddressClaim>(ipAddressClaimKind);
      const served = async (): Promise<readonly IpAddressClaim[]> =>
        (await claims()).filter(({ status }) => status?.addressRef);
      const reasonOf = ({ status }: IpAddressClaim): string | undefined =>
        status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
      await simulation.until(
        async () => (await served()).length === 20 && (await usageIs(simulation, 20, 0)),
        { onStep },
      );
      await simulation.until(
        async () => (await claims()).filter((each) => reasonOf(each) === 'PoolExhausted').length === 5,
        { onStep },
      );
      // Those that have waited get what others give back.
      for (const { metadata } of (await served()).slice(0, 8))
        await remove(simulation, ipAddressClaimKind, metadata.name);
      await simulation.until(async () => (await claims()).length === 17 && (await served()).length === 17, {
        onStep,
      });
      await simulation.until(async () => await usageIs(simulation, 17, 3), { onStep });
      // Neither an address nor the pool goes as long as a claim is there.
      const kept = (await claims())[0]!.metadata.name;
      await remove(simulation, ipAddressKind, kept);
      await remove(simulation, inClusterIpPoolKind, 'lan');
      for (const { metadata } of (await claims()).slice(1))
        await remove(simulation, ipAddressClaimKind, metadata.name);
      await simulation.until(async () => (await addressesIn(simulation)).length === 1, { onStep });
      assert.ok(await poolOf(simulation));
      await remove(simulation, ipAddressClaimKind, kept);
      await simulation.until(async () => !(await poolOf(simulation)) && (await claims()).length === 0, {
        onStep,
      });
      assert.deepEqual(await addressesIn(simulation), []);
    });
});

test('an address whose claim was torn away comes back to the pool', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  await simulation.create(inClusterIpPoolKind, 'lan', spec);
  await simulation.create(ipAddressClaimKind, 'a', { poolRef });
  await simulation.until(async () => await usageIs(simulation, 1, 19));
  await simulation.change(ipAddressClaimKind, 'a', (object) => ({
    ...object,
    metadata: { ...object.metadata, finalizers: [] },
  }));
  await remove(simulation, ipAddressClaimKind, 'a');
  // A claim of the same name is another one, and gets its own.
  await simulation.create(ipAddressClaimKind, 'a', { poolRef });
  await simulation.until(async () => {
    const [claim] = await simulation.all<IpAddressClaim>(ipAddressClaimKind);
    const [address] = await simulation.all<IpAddress>(ipAddressKind);
    return (
      claim?.status?.addressRef !== undefined &&
      address?.metadata.ownerReferences?.[0]?.uid === claim.metadata.uid
    );
  });
  await simulation.until(async () => await usageIs(simulation, 1, 19));
});

test('an address that somebody has written by hand is given to no claim', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  await simulation.create(inClusterIpPoolKind, 'lan', spec);
  await simulation.until(async () => await usageIs(simulation, 0, 20));
  const address = { claimRef: { name: 'printer' }, poolRef, address: '10.0.0.10', prefix: 24 };
  await simulation.create(ipAddressKind, 'printer', address);
  await simulation.until(async () => await usageIs(simulation, 1, 19));
  await simulation.create(ipAddressClaimKind, 'a', { poolRef });
  await simulation.until(async () => await usageIs(simulation, 2, 18));
  assert.deepEqual((await addressesIn(simulation)).toSorted(), ['10.0.0.10', '10.0.0.11']);
  await remove(simulation, ipAddressKind, 'printer');
  await simulation.until(async () => await usageIs(simulation, 1, 19));
});

test('an address that is controlled by something else than a claim stays', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  await simulation.create(inClusterIpPoolKind, 'lan', spec);
  const address = { claimRef: { name: 'printer' }, poolRef, address: '10.0.0.10', prefix: 24 };
  await simulation.create(ipAddressKind, 'printer', address);
  await simulation.change(ipAddressKind, 'printer', (object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      ownerReferences: [
        { apiVersion: 'office.example/v1', kind: 'Printer', name: 'printer', uid: 'p', controller: true },
      ],
    },
  }));
  await simulation.create(ipAddressClaimKind, 'a', { poolRef });
  await simulation.until(async () => await usageIs(simulation, 2, 18));
  assert.deepEqual((await addressesIn(simulation)).toSorted(), ['10.0.0.10', '10.0.0.11']);
});

test('a pool of all namespaces gives claims of each an address of its own, and is no pool of a namespace with the same name', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  const global = { ...poolRef, kind: 'GlobalInClusterIPPool' };
  const claims = objectsOf(simulation.client, ipAddressClaimKind);
  // Both have the same name and the same addresses, and the claims of a pool are in two namespaces.
  await simulation.create(inClusterIpPoolKind, 'lan', spec);
  await simulation.create(ipAddressClaimKind, 'own', { poolRef });
  for (const namespace of ['default', 'other'])
    await claims.create({ metadata: { namespace, name: 'a' }, spec: { poolRef: global } });
  const ready = async (): Promise<readonly string[]> =>
    (await simulation.all<IpAddressClaim>(ipAddressClaimKind))
      .filter(({ status }) => status?.addressRef)
      .map(({ metadata: { namespace, name } }) => `${namespace}/${name}`)
      .toSorted();
  await simulation.until(async () => (await ready()).length === 1);
  assert.deepEqual(await ready(), ['default/own']);
  const pools = objectsOf(simulation.client, globalInClusterIpPoolKind);
  await pools.create({ metadata: { name: 'lan' }, spec });
  await simulation.until(async () => (await ready()).length === 3);
  const addressesFrom = async (kind: string): Promise<readonly string[]> =>
    (await simulation.all<IpAddress>(ipAddressKind))
      .filter((each) => each.spec.poolRef.kind === kind)
      .map((each) => `${each.metadata.namespace}/${each.metadata.name} ${each.spec.address}`)
      .toSorted();
  assert.deepEqual(await addressesFrom('InClusterIPPool'), ['default/own 10.0.0.10']);
  const given = await addressesFrom('GlobalInClusterIPPool');
  assert.deepEqual(
    given.map((each) => each.split(' ')[0]),
    ['default/a', 'other/a'],
  );
  assert.deepEqual(new Set(given.map((each) => each.split(' ')[1])), new Set(['10.0.0.10', '10.0.0.11']));
  const usage = async () => {
    const [pool] = await simulation.all<InClusterIpPool>(globalInClusterIpPoolKind);
    return pool && [pool.status?.ipAddresses?.used, pool.status?.reservations?.length];
  };
  await simulation.until(async () => isDeepStrictEqual(await usage(), [2, 0]));
  // The pool stays until all have given their addresses back, in whatever namespace they are.
  await pools.delete({ name: 'lan' });
  await claims.delete({ namespace: 'default', name: 'a' });
  await simulation.until(async () => (await addressesFrom('GlobalInClusterIPPool')).length === 1);
  assert.ok(await usage());
  await claims.delete({ namespace: 'other', name: 'a' });
  await simulation.until(async () => (await usage()) === undefined);
  assert.deepEqual(await addressesFrom('InClusterIPPool'), ['default/own 10.0.0.10']);
});

test('claims of other pools are left to their providers', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  await simulation.create(ipAddressClaimKind, 'a', { poolRef: { ...poolRef, apiGroup: 'ipam.example' } });
  await simulation.create(ipAddressClaimKind, 'b', { poolRef });
  await simulation.until(async () =>
    (await simulation.all(ipAddressClaimKind)).some(({ status }) => status && Object.keys(status).length > 0),
  );
  const [other] = await simulation.all(ipAddressClaimKind);
  assert.deepEqual([other!.metadata.name, other!.metadata.finalizers, other!.status], ['a', [], {}]);
});

async function createMachine(simulation: Simulation, pool: object): Promise<void> {
  const { group: apiGroup } = igniteMachineKind;
  await simulation.create(igniteClusterKind, 'dev', {
    controlPlaneEndpoint: { host: '10.61.0.10', port: 6443 },
  });
  await simulation.create(clusterKind, 'dev', {
    infrastructureRef: { apiGroup, kind: 'IgniteCluster', name: 'dev' },
  });
  await simulation.create(igniteMachineKind, 'dev-1', {
    vm: { image: { oci: 'node:v1.35.4' }, network: { name: 'lan' } },
    addressesFromPools: [pool],
  });
  await simulation.create(machineKind, 'dev-1', {
    clusterName: 'dev',
    bootstrap: { dataSecretName: 'data' },
    infrastructureRef: { apiGroup, kind: 'IgniteMachine', name: 'dev-1' },
  });
}

const vmOf = async (simulation: Simulation): Promise<Vm | undefined> =>
  (await simulation.all<Vm>(vmKind)).find(({ metadata }) => metadata.name === 'dev-1');

test('the VM of a machine has an address from a pool until it is gone', async () => {
  using simulation = await Simulation.open({ seed: 1, faults: 0.1, delays: 0.3 });
  await quietly(simulation, async () => {
    await createMachine(simulation, poolRef);
    await simulation.create(inClusterIpPoolKind, 'lan', spec);
  });
  await simulation.until(async () => (await vmOf(simulation)) !== undefined);
  const { network } = (await vmOf(simulation))!.spec;
  assert.deepEqual([network.name, network.address], ['lan', '10.0.0.10']);
  await remove(simulation, ipAddressClaimKind, 'dev-1-0');
  await remove(simulation, igniteMachineKind, 'dev-1');
  await simulation.until(async () => (await addressesIn(simulation)).length === 0, {
    onStep: async () => {
      if (await vmOf(simulation)) assert.deepEqual(await addressesIn(simulation), ['10.0.0.10']);
    },
  });
  await simulation.until(async () => (await simulation.all(ipAddressClaimKind)).length === 0);
});

test('a machine waits for the address of a pool of another provider', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  const foreign = { apiGroup: 'ipam.example', kind: 'Lan', name: 'office' };
  await createMachine(simulation, foreign);
  await simulation.until(async () => (await simulation.all(ipAddressClaimKind)).length === 1);
  const [claim] = await simulation.all<IpAddressClaim>(ipAddressClaimKind);
  assert.deepEqual(claim!.spec, { clusterName: 'dev', poolRef: foreign });
  assert.equal(await vmOf(simulation), undefined);
  await simulation.create(ipAddressKind, 'dev-1-0', {
    ...{ claimRef: { name: 'dev-1-0' }, poolRef: foreign, address: '192.0.2.7', prefix: 24 },
  });
  await objectsOf(simulation.client, ipAddressClaimKind).modifyStatus(claim!.metadata, (now) => ({
    ...now,
    status: { addressRef: { name: 'dev-1-0' } },
  }));
  await simulation.until(async () => (await vmOf(simulation)) !== undefined);
  assert.equal((await vmOf(simulation))!.spec.network.address, '192.0.2.7');
});
