import type { HostPod, HostPodStatus } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { labels } from '../contract/names.ts';
import { clusterKind } from '../kinds/object-kinds.ts';
import { servedClusterKinds } from '../kinds/served-kinds.ts';
import type { SnapshotWaiting } from './snapshot-waiting.ts';

export const key = { namespace: 'default', name: 'dev' };
export const metadata = (name: string) => ({
  namespace: 'default',
  name,
  labels: { [labels.cluster]: 'dev' },
});
const phases = { Running: 'Running', Paused: 'Paused', Suspended: 'Suspended', Stopped: 'Stopped' } as const;

/** A cluster with a hosted control plane and two workers. Its host fulfils one wish a second. */
export async function openCluster() {
  const { fulfil, ...host } = openHost();
  const { clusters, vms, pods, done } = host;
  await clusters.create({ metadata: key, spec: {} });
  for (const name of ['a', 'b'])
    await vms.create({ metadata: metadata(name), spec: { image: { oci: 'node:1' }, power: 'Running' } });
  await pods.create({ metadata: metadata('dev'), spec: { programs: [] } });
  for (let count = 0; count < 3; count += 1) await fulfil();
  done.length = 0;
  return host;
}

/** A host that fulfils one wish a second, of which there is none yet. */
export function openHost() {
  const store = new MemoryStore();
  const client = new StoreObjectClient(store, [
    ...servedClusterKinds,
    ...[...vmKinds, ...coreKinds].map(servedKindOf),
  ]);
  const [clusters, vms, pods] = [
    new KindClient(client, clusterKind),
    new KindClient(client, vmKind),
    new KindClient(client, hostPodKind),
  ];
  const done: string[] = [];
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
  let nowMs = 0;
  const waiting: SnapshotWaiting = {
    client,
    clock: {
      now: () => nowMs,
      sleep: async (ms) => {
        const second = Math.floor(nowMs / 1_000);
        nowMs += ms;
        if (Math.floor(nowMs / 1_000) > second) await fulfil();
      },
    },
    endMs: 90_000,
    snapshots: snapshotsOf(vms, done),
    op: { signal: new AbortController().signal, report: () => {} },
  };
  return {
    store,
    client,
    clusters,
    vms,
    pods,
    done,
    fulfil,
    waiting,
    stopAt: (endMs: number) => ({ ...waiting, endMs }),
  };
}

function statusOf({ metadata: { generation }, spec, status }: HostPod): HostPodStatus {
  const isReady = spec.power !== 'Stopped';
  const address = status?.address ?? spec.address;
  const condition = {
    ...{
      type: 'Ready',
      reason: 'Ready',
      message: '',
      lastTransitionTime: '',
      observedGeneration: generation,
    },
    status: isReady ? 'True' : 'False',
  } as const;
  return {
    ...{ observedGeneration: generation, conditions: [condition] },
    ...(address !== undefined && { address }),
    programs: [{ name: 'etcd', state: isReady ? 'Running' : 'Ended', isReady }],
    ...(spec.copies && {
      copies:
        isReady && spec.copiesOf === undefined
          ? (status?.copies ?? []).filter((copy) => spec.copies!.includes(copy))
          : spec.copies,
    }),
    ...(spec.restored && { restored: spec.restored.id }),
  };
}

/** Snapshots of VMs that are only noted. A VM that is brought back runs. */
function snapshotsOf(vms: KindClient<Vm>, done: string[]): SnapshotWaiting['snapshots'] {
  const taken: Snapshot[] = [];
  const vmOf = async (uid: string): Promise<Vm> =>
    (await vms.list()).items.find(({ metadata }) => metadata.uid === uid)!;
  return {
    list: async () => taken,
    create: async (uid, { labels: given = {} }) => {
      const vm = await vmOf(uid);
      const name = `${vm.metadata.name}-${taken.length}`;
      const snapshot = {
        metadata: { ...vm.metadata, name, uid: `uid-of-${name}`, labels: given },
        spec: { vmName: vm.metadata.name },
        status: {
          ...{ vmUid: uid, holds: vm.status.phase === 'Suspended' ? 'Machine' : 'Disk' },
          ...{ vmSpec: vm.spec, image: { digest: 'sha256:1' }, kernel: { id: 'k', version: '6.1' } },
        },
      } as Snapshot;
      taken.push(snapshot);
      done.push(`take ${name}`);
      return snapshot;
    },
    rollback: async (uid, snapshot) => {
      const vm = await vmOf(uid);
      done.push(`bring ${vm.metadata.name} back to ${snapshot}`);
      const wanted = await vms.modify(vm.metadata, (now) => ({
        ...now,
        spec: { ...now.spec, power: 'Running' },
      }));
      const { generation: observedGeneration } = wanted.metadata;
      const status: VmStatus = { ...wanted.status, phase: 'Running', observedGeneration };
      return await vms.modifyStatus(vm.metadata, (now) => ({ ...now, status }));
    },
    remove: async (uid) => {
      const at = taken.findIndex(({ metadata: { uid: each } }) => each === uid);
      done.push(`remove ${taken[at]!.metadata.name}`);
      return taken.splice(at, 1)[0]!;
    },
  };
}
