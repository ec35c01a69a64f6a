import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind, secretObjects } from '../kinds/object-kinds.ts';
import { newAuthority } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import { Simulation } from './simulation.sample.ts';

const rounds = Number(process.env['IGNITE_CLUSTER_ROUNDS'] ?? 6);

const withSpec = (object: KubeObject, changes: object): KubeObject => ({
  ...object,
  spec: { ...(object.spec as object), ...changes },
});

/** Tells whether an etcd cluster is as it was wished, and says so itself. */
async function isReady(simulation: Simulation, members: number): Promise<boolean> {
  const [cluster] = await simulation.all<EtcdCluster>(etcdClusterKind);
  const { status, metadata } = cluster!;
  const voters = simulation.etcds.members();
  return (
    isTrue(status?.conditions ?? [], 'Ready') &&
    status?.observedGeneration === metadata.generation &&
    simulation.etcds.vms.size === members &&
    voters.length === members &&
    voters.every(({ isHealthy, isLearner }) => isHealthy && !isLearner)
  );
}

describe('whatever the order, the faults and the delays', () => {
  for (let seed = 1; seed <= rounds; seed += 1)
    test(`an etcd comes up, grows, repairs itself, rolls, shrinks and goes, seed ${seed}`, async () => {
      using simulation = await Simulation.open({ seed, faults: 0.05, delays: 0.3 });
      const { etcds } = simulation;
      const quietly = async (work: () => Promise<void>): Promise<void> => {
        simulation.client.isFaulty = false;
        await work();
        simulation.client.isFaulty = true;
      };
      const change = async (changes: object): Promise<void> =>
        await quietly(
          async () => await simulation.change(etcdClusterKind, 'db', (object) => withSpec(object, changes)),
        );
      const onStep = async (): Promise<void> => {
        assert.deepEqual(etcds.violations, []);
        const learners = etcds.members().filter(({ isLearner }) => isLearner);
        assert.ok(learners.length <= 1, 'one member joins at a time');
        await Promise.resolve();
      };
      const ready = async (members: number): Promise<void> =>
        await simulation.until(async () => await isReady(simulation, members), { onStep });
      await quietly(
        async () => void (await simulation.create(etcdClusterKind, 'db', { replicas: 1, version: '3.6.5' })),
      );
      await ready(1);
      await change({ replicas: 3 });
      await ready(3);

      // A machine that fails for good, and one that somebody deletes.
      const [failing] = [...etcds.vms.values()].slice(seed % 3);
      etcds.fail(failing!);
      await simulation.until(
        async () => ![...etcds.vms.values()].includes(failing!) && (await isReady(simulation, 3)),
        { onStep },
      );
      const [lost] = [...etcds.vms].slice(seed % 2);
      etcds.destroy(lost![0], 'host');
      await quietly(
        async () =>
          void (await simulation.client.delete({ ...vmKind, namespace: 'default', name: lost![1].name })),
      );
      await simulation.until(
        async () => ![...etcds.vms.values()].includes(lost![1]) && (await isReady(simulation, 3)),
        { onStep },
      );

      const before = new Set([...etcds.vms.values()].map(({ address }) => address));
      await change({ vm: { memory: '1GB' } });
      await simulation.until(
        async () =>
          [...etcds.vms.values()].every(({ address }) => !before.has(address)) &&
          (await isReady(simulation, 3)),
        { onStep },
      );

      await change({ replicas: 1 });
      await ready(1);
      etcds.isLeaving = true;
      await quietly(
        async () =>
          void (await simulation.client.delete({ ...etcdClusterKind, namespace: 'default', name: 'db' })),
      );
      await simulation.until(async () => (await simulation.all(etcdClusterKind)).length === 0, { onStep });
      simulation.client.isFaulty = false;
      await simulation.collectGarbage();
      await simulation.until(async () => (await simulation.all(vmKind)).length === 0);
      await simulation.collectGarbage();
      assert.equal(etcds.vms.size, 0);
      assert.deepEqual(await simulation.all(secretObjects), []);
    });
});

test('keys are renewed when that is due, and the data stays', async () => {
  using simulation = await Simulation.open({ seed: 11 });
  const { etcds } = simulation;
  await simulation.create(etcdClusterKind, 'db', { replicas: 3, version: '3.6.5' });
  await simulation.until(async () => await isReady(simulation, 3));
  const vms = [...etcds.vms.values()];
  const written = async (): Promise<readonly string[]> =>
    (await simulation.all(secretObjects)).flatMap(
      ({ metadata }) => metadata.annotations['etcd.cluster.x-k8s.io/written-time'] ?? [],
    );
  const first = await written();
  assert.equal(first.length, 3);
  const due = { 'etcd.cluster.x-k8s.io/renewal-time': new Date(simulation.nowMs).toISOString() };
  for (const { metadata } of await simulation.all(secretObjects))
    if (metadata.name.endsWith('-etcd-member'))
      await simulation.change(secretObjects, metadata.name, (secret) => ({
        ...secret,
        metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, ...due } },
      }));
  const isRenewed = async (): Promise<boolean> => (await written()).every((time) => !first.includes(time));
  await simulation.until(async () => (await isRenewed()) && (await isReady(simulation, 3)), {
    onStep: async () => assert.deepEqual(await Promise.resolve(etcds.violations), []),
  });
  assert.deepEqual([...etcds.vms.values()], vms);
  assert.deepEqual(etcds.violations, []);
});

test('an etcd whose last machine is gone is not begun again with no data', async () => {
  using simulation = await Simulation.open({ seed: 12 });
  const { etcds } = simulation;
  await simulation.create(etcdClusterKind, 'db', { replicas: 1, version: '3.6.5' });
  await simulation.until(async () => await isReady(simulation, 1));
  etcds.isLeaving = true;
  await simulation.client.delete({ ...vmKind, namespace: 'default', name: 'db-1' });
  const condition = async () =>
    (await simulation.all<EtcdCluster>(etcdClusterKind))[0]?.status?.conditions?.find(
      ({ type }) => type === 'Available',
    );
  await simulation.until(async () => (await condition())?.status === 'False');
  const end = simulation.nowMs + 3_600_000;
  await simulation.until(() => simulation.nowMs > end);
  assert.equal((await condition())?.message, 'etcd does not answer, or has lost its majority');
  assert.equal(etcds.vms.size, 0);
});

test('a Secret of somebody else is neither taken nor changed, whatever its name', async () => {
  using simulation = await Simulation.open({ seed: 13 });
  const names = ['db-1-etcd', 'db-1-etcd-member', 'db-etcd-ca', 'db-etcd-peer-ca'];
  const data = { 'tls.crt': 'b2xk' };
  for (const name of names)
    await objectsOf(simulation.client, secrets).create({ metadata: { name, namespace: 'default' }, data });
  await simulation.create(etcdClusterKind, 'db', { replicas: 1, version: '3.6.5' });
  const reason = 'there is a Secret db-1-etcd-member of somebody else';
  await simulation.until(async () => {
    const [cluster] = await simulation.all<EtcdCluster>(etcdClusterKind);
    return cluster?.status?.conditions?.some(({ message }) => message === reason) === true;
  });
  for (const name of names) {
    const kept = (await simulation.all(secretObjects)).find(({ metadata }) => metadata.name === name);
    assert.deepEqual(kept?.['data'], data);
  }
  assert.deepEqual(await simulation.all(vmKind), []);
});

test('an authority of somebody else does not become that of an etcd cluster, but one that people bring does', async () => {
  using simulation = await Simulation.open({ seed: 14 });
  const owned = { apiVersion: 'v1', kind: 'Pot', name: 'pot', uid: 'pot', controller: true };
  const theirs = objectsOf(simulation.client, secrets);
  const { certificate, key } = newAuthority('theirs', simulation.nowMs);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const metadata = { name: 'db-etcd-peers', namespace: 'default' };
  const data = { 'tls.crt': base64(certificate), 'tls.key': base64(key) };
  await theirs.create({ metadata: { ...metadata, ownerReferences: [owned] }, data });
  await simulation.create(etcdClusterKind, 'db', { replicas: 1, version: '3.6.5' });
  const reason = 'there is a Secret db-etcd-peers of somebody else';
  await simulation.until(async () => {
    const [cluster] = await simulation.all<EtcdCluster>(etcdClusterKind);
    return cluster?.status?.conditions?.some(({ message }) => message === reason) === true;
  });
  assert.deepEqual(await simulation.all(vmKind), []);
  await theirs.delete(metadata);
  await theirs.create({ metadata, data });
  await simulation.until(async () => await isReady(simulation, 1));
  const kept = (await simulation.all(secretObjects)).find((each) => each.metadata.name === metadata.name);
  assert.deepEqual(kept?.['data'], data);
});

test('a member needs the snapshot until it has begun with its data, and not for later starts', async () => {
  using simulation = await Simulation.open({ seed: 15 });
  const restore = { hostPath: '/root/db.snapshot' };
  await simulation.create(etcdClusterKind, 'db', { replicas: 1, version: '3.6.5', restore });
  const copied = async () => (await simulation.all<Vm>(vmKind)).map(({ spec }) => spec.copyFiles);
  await simulation.until(async () => (await copied()).length === 1);
  assert.deepEqual(await copied(), [[{ ...restore, vmPath: '/var/lib/etcd/restored.db' }]]);
  await simulation.until(async () => (await isReady(simulation, 1)) && (await copied())[0]!.length === 0);
  assert.deepEqual(simulation.etcds.violations, []);
});
