import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { newUid } from '@ignite/toolkit/object/uid';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { own } from '../contract/names.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { ClusterSnapshot } from '../kinds/cluster-snapshot.ts';
import { assertAttempting, beginAttempt } from './attempt.ts';
import { type Look, waitFor } from './await-cluster.ts';
import type { ClusterKey } from './cluster-view.ts';
import { findCluster } from './find-cluster.ts';
import { lostSnapshot } from './lost-snapshot.ts';
import { type ClusterParts, isReady, planEnd, planStillness } from './plan-suspension.ts';
import { findClusterSnapshot } from './snapshot-cluster.ts';
import type { SnapshotWaiting } from './snapshot-waiting.ts';
import { goOn, partsOf, pursue } from './suspend-cluster.ts';

export type RestoreClusterErrorCode = 'CLUSTER_SNAPSHOT_UNFIT';

/**
 * Brings a cluster back to a snapshot of it; what has happened in it since is lost. It goes on with the memory of then, the control plane
 * first. What was cut short is done again from the beginning: until then, the cluster does not go on.
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_SNAPSHOT_NOT_FOUND, CLUSTER_SNAPSHOT_UNFIT, CLUSTER_NOT_READY,
 * CLUSTER_TAKEN_OVER
 */
export async function restoreCluster(
  key: ClusterKey,
  name: string,
  waiting: SnapshotWaiting,
): Promise<Cluster> {
  const { client, snapshots, op } = waiting;
  await findCluster(client, key, op.signal);
  const snapshot = await findClusterSnapshot(key, name, client, op.signal);
  const parts = await partsOf(key, client, op.signal);
  const known = (await snapshots.list(op.signal)).filter(
    ({ metadata }) => metadata.namespace === key.namespace,
  );
  const problem = misfitOf(snapshot, parts, known);
  if (problem !== undefined) throw unfit(name, problem);
  const attempt = newUid();
  await beginAttempt(key, attempt, waiting, ({ metadata: { annotations } }) => ({
    ...annotations,
    [own.restoring]: name,
  }));
  // No guest of today may meet a control plane of then.
  await pursue(key, attempt, waiting, planStillness);
  // A member of etcd that ran on would tell those of then what has happened since.
  await pursue(key, attempt, waiting, planEnd);
  await restorePods(key, attempt, parts.pods, snapshot.spec.copy, waiting);
  const uids = new Map(known.map(({ metadata }) => [metadata.name, metadata.uid]));
  const taken = new Map(
    snapshot.spec.machines.map((machine) => [machine.vmUid, uids.get(machine.snapshot)!]),
  );
  const inOrder = parts.vms.toSorted((a, b) => Number(isOfControlPlane(b)) - Number(isOfControlPlane(a)));
  for (const { metadata } of inOrder) {
    await assertAttempting(key, attempt, waiting);
    await snapshots.rollback(metadata.uid, taken.get(metadata.uid)!, op);
  }
  // A VM that was made as the cluster was paused stands still, and is none of then.
  return await goOn(key, attempt, waiting);
}

/** Brings what the pods of a cluster keep back to a copy, and waits until their programs are ready with it. */
async function restorePods(
  key: ClusterKey,
  attempt: string,
  pods: readonly HostPod[],
  copy: string,
  waiting: SnapshotWaiting,
): Promise<void> {
  const { client, op } = waiting;
  const id = newUid();
  await assertAttempting(key, attempt, waiting);
  for (const { metadata } of pods)
    await new KindClient(client, hostPodKind).modify(
      metadata,
      (now) => ({ ...now, spec: { ...now.spec, power: 'Running', restored: { copy, id } } }),
      { signal: op.signal },
    );
  await waitFor(key, waiting, async (): Promise<Look<true>> => {
    await assertAttempting(key, attempt, waiting);
    const late = (await partsOf(key, client, op.signal)).pods.find(
      (pod) => pod.status?.restored !== id || !isReady(pod),
    );
    return late
      ? { lacks: `the programs of ${late.metadata.name} with what they kept then` }
      : { found: true };
  });
}

/** Pure. Returns why a cluster cannot be brought back to a snapshot, or undefined if it can: it must have the same parts. */
function misfitOf(
  { metadata: { namespace }, spec }: ClusterSnapshot,
  { vms, pods }: ClusterParts,
  known: readonly Pick<Snapshot, 'metadata'>[],
): string | undefined {
  if (spec.template) return 'it is a template, from which other clusters start';
  const taken = new Map(spec.machines.map((machine) => [machine.vmUid, machine]));
  const present = new Set(vms.map(({ metadata }) => metadata.uid));
  const added = vms.find(({ metadata }) => !taken.has(metadata.uid));
  if (added) return `the VM ${added.metadata.name} is newer`;
  const gone = spec.machines.find(({ vmUid }) => !present.has(vmUid));
  if (gone) return `the VM ${gone.vmName} of then is gone`;
  const lost = lostSnapshot(spec, namespace, known);
  if (lost !== undefined) return lost;
  const podNames = pods.map(({ metadata }) => metadata.name);
  const newer = podNames.find((name) => !spec.podNames.includes(name));
  if (newer !== undefined) return `the HostPod ${newer} is newer`;
  const missing = spec.podNames.find((name) => !podNames.includes(name));
  if (missing !== undefined) return `the HostPod ${missing} of then is gone`;
  const bare = pods.find(({ status }) => !(status?.copies ?? []).includes(spec.copy));
  return bare && `the HostPod ${bare.metadata.name} has no copy of what its programs kept then`;
}

const unfit = (name: string, why: string): CodedError<RestoreClusterErrorCode> =>
  new CodedError(
    'CLUSTER_SNAPSHOT_UNFIT',
    `the cluster cannot be brought back to the snapshot "${name}": ${why}`,
    {
      hint: 'a cluster goes back with the machines that it had, so take a snapshot after its machines have changed',
    },
  );
