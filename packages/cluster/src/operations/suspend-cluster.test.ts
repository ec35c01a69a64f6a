import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod, HostPodStatus } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { labels, own } from '../contract/names.ts';
import { servedClusterKinds } from '../kinds/served-kinds.ts';
import { clusterKind, machineKind } from '../kinds/object-kinds.ts';
import type { Waiting } from './await-cluster.ts';
import { resumeCluster, suspendCluster } from './suspend-cluster.ts';

const key = { namespace: 'default', name: 'dev' };
const metadata = (name: string) => ({ namespace: 'default', name, labels: { [labels.cluster]: 'dev' } });
const phases = { Running: 'Running', Paused: 'Paused', Suspended: 'Suspended', Stopped: 'Stopped' } as const;

/** A cluster with a hosted control plane and two workers. Its host fulfils one wish each time somebody waits. */
async function open() {
  const client = new StoreObjectClient(new MemoryStore(), [
    ...servedClusterKinds,
    ...vmKinds.map(servedKindOf),
  ]);
  const [clusters, vms, pods] = [
    new KindClient(client, clusterKind),
    new KindClient(client, vmKind),
    new KindClient(client, hostPodKind),
  ];
  await clusters.create({ metadata: key, spec: {} });
  const done: string[] = [];
  const vmOf = async (name: string): Promise<Vm> =>
    await vms.create({ metadata: metadata(name), spec: { image: { oci: 'node:1' }, power: 'Running' } });
  for (const name of ['a', 'b']) await vmOf(name);
  await pods.create({ metadata: metadata('dev'), spec: { programs: [] } });
  const fulfil = async (): Promise<void> => {
    for (const { metadata: held, spec, status } of (await vms.list()).items) {
      if (status?.observedGeneration === held.generation) continue;
      const next: VmStatus = { ...status, phase: phases[spec.power], observedGeneration: held.generation };
      await vms.modifyStatus(held, (now) => ({ ...now, status: next }));
      done.push(`${held.name} ${spec.power}`);
      return;
    }
    for (const { metadata: held, spec, status } of (await pods.list()).items) {
      if (status?.observedGeneration === held.generation) continue;
      await pods.modifyStatus(held, (now) => ({ ...now, status: statusOf(now) }));
      done.push(`pod ${spec.power ?? 'Running'}`);
      return;
    }
  };
  for (let count = 0; count < 3; count += 1) await fulfil();
  done.length = 0;
  let nowMs = 0;
  const waiting: Waiting = {
    client,
    clock: {
      now: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
        await fulfil();
      },
    },
    endMs: 60_000,
    op: { signal: new AbortController().signal, report: () => {} },
  };
  return { client, clusters, vms, done, waiting, stopAt: (endMs: number) => ({ ...waiting, endMs }) };
}

function statusOf({ metadata: { generation }, spec }: HostPod): HostPodStatus {
  const isReady = spec.power !== 'Stopped';
  const condition = {
    ...{ type: 'Ready', reason: 'Ready', message: '', lastTransitionTime: '', observedGeneration: generation },
    status: isReady ? 'True' : 'False',
  } as const;
  return {
    ...{ observedGeneration: generation, conditions: [condition] },
    programs: [{ name: 'etcd', state: isReady ? 'Running' : 'Ended', isReady }],
  };
}

test('a cluster is suspended at one instant, and goes on from its control plane', async () => {
  const { clusters, done, waiting } = await open();
  await suspendCluster(key, waiting);
  assert.deepEqual(done.splice(0), ['a Paused', 'b Paused', 'a Suspended', 'b Suspended', 'pod Stopped']);
  const suspended = await clusters.get(key);
  assert.equal(suspended.spec.paused, true);
  assert.equal(suspended.metadata.annotations[own.suspended], 'wished');
  await resumeCluster(key, waiting);
  assert.deepEqual(done, ['pod Running', 'a Running', 'b Running']);
  const { metadata: after, spec } = await clusters.get(key);
  assert.deepEqual([spec.paused, after.annotations], [false, {}]);
});

test('a suspension that was cut short is finished by another one, and taken back by a resumption', async () => {
  const { done, stopAt, waiting, clusters } = await open();
  await assert.rejects(suspendCluster(key, stopAt(1_000)), { code: 'CLUSTER_NOT_READY' });
  assert.equal((await clusters.get(key)).spec.paused, true);
  await suspendCluster(key, waiting);
  assert.deepEqual(done.splice(0), ['a Paused', 'b Paused', 'a Suspended', 'b Suspended', 'pod Stopped']);
  await resumeCluster(key, waiting);
  await assert.rejects(suspendCluster(key, { ...waiting, endMs: waiting.clock.now() + 3_000 }), {
    code: 'CLUSTER_NOT_READY',
  });
  done.length = 0;
  await resumeCluster(key, waiting);
  assert.deepEqual(done.slice(-2), ['a Running', 'b Running']);
  assert.equal((await clusters.get(key)).spec.paused, false);
});

test('a VM that somebody has stopped stays so, and a cluster that is only paused is not looked into', async () => {
  const { vms, clusters, done, waiting } = await open();
  await vms.modify({ ...key, name: 'b' }, (now) => ({ ...now, spec: { ...now.spec, power: 'Stopped' } }));
  await suspendCluster(key, waiting);
  await resumeCluster(key, waiting);
  assert.ok(done.every((text) => !text.startsWith('b ') || text === 'b Stopped'), done.join());
  await vms.modify({ ...key, name: 'a' }, (now) => ({ ...now, spec: { ...now.spec, power: 'Suspended' } }));
  await clusters.modify(key, (now) => ({ ...now, spec: { ...now.spec, paused: true } }));
  await resumeCluster(key, waiting);
  assert.equal((await vms.get({ ...key, name: 'a' })).spec.power, 'Suspended');
  assert.equal((await clusters.get(key)).spec.paused, false);
});

test('a cluster with machines of another provider is not suspended, and not paused', async () => {
  const { client, clusters, waiting } = await open();
  await new KindClient(client, machineKind).create({
    metadata: metadata('far'),
    spec: {
      ...{ clusterName: 'dev', bootstrap: { dataSecretName: 'data' } },
      infrastructureRef: { apiGroup: 'infrastructure.example', kind: 'FarMachine', name: 'far' },
    },
  });
  await assert.rejects(suspendCluster(key, waiting), {
    code: 'CLUSTER_SUSPEND_UNSUPPORTED',
    message: /its machine far is no VM of Ignite, but of kind FarMachine/,
  });
  assert.equal((await clusters.get(key)).spec.paused, undefined);
  await assert.rejects(suspendCluster({ ...key, name: 'none' }, waiting), { code: 'CLUSTER_NOT_FOUND' });
});
