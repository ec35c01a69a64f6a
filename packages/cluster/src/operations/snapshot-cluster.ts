import type { SnapshotClient } from '@ignite/api/client/snapshot-client';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { hasGuest } from '@ignite/api/v1/vm-phase';
import { Rollback } from '@ignite/toolkit/async/rollback';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { newUid } from '@ignite/toolkit/object/uid';
import { labels, own } from '../contract/names.ts';
import type { ClusterSnapshot } from '../kinds/cluster-snapshot.ts';
import { clusterSnapshotKind } from '../kinds/object-kinds.ts';
import { type Look, type Waiting, waitFor } from './await-cluster.ts';
import type { ClusterKey } from './cluster-view.ts';
import { assertNotPaused, findCluster, isSuspended } from './find-cluster.ts';
import type { ClusterParts } from './plan-suspension.ts';
import { partsOf, resumeCluster, suspendCluster } from './suspend-cluster.ts';

export type ClusterSnapshotErrorCode =
  'CLUSTER_SNAPSHOT_NAME_TAKEN' | 'CLUSTER_SNAPSHOT_NOT_FOUND' | 'CLUSTER_SNAPSHOT_UNSUPPORTED';

/** How a command waits for a cluster of whose VMs it takes snapshots. */
export interface SnapshotWaiting extends Waiting {
  readonly snapshots: SnapshotClient;
}

/**
 * Takes a snapshot of a whole cluster, which is suspended for that and goes on afterwards, unless somebody has suspended it before. The
 * object is stored last: without it, its parts are leftovers, which the next snapshot of this name removes.
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_PAUSED, CLUSTER_SNAPSHOT_NAME_TAKEN, CLUSTER_SNAPSHOT_UNSUPPORTED,
 * CLUSTER_SUSPEND_UNSUPPORTED, CLUSTER_NOT_READY
 */
export async function snapshotCluster(
  key: ClusterKey,
  name: string,
  waiting: SnapshotWaiting,
): Promise<ClusterSnapshot> {
  const { client, op } = waiting;
  const view = await findCluster(client, key, op.signal);
  if (!isSuspended(view.cluster)) assertNotPaused(view);
  const known = await findSnapshot(key, name, client, op.signal);
  if (known) throw nameTaken(known);
  assertAllUp(key, await partsOf(key, client, op.signal));
  const isToStay = view.cluster.metadata.annotations[own.suspended] === 'wished';
  if (!isToStay) await suspendCluster(key, waiting, 'snapshot');
  try {
    return await takeSnapshot(key, name, waiting);
  } finally {
    if (!isToStay && !op.signal.aborted) await resumeCluster(key, waiting);
  }
}

async function takeSnapshot(
  key: ClusterKey,
  name: string,
  waiting: SnapshotWaiting,
): Promise<ClusterSnapshot> {
  const { client, snapshots, op } = waiting;
  await removeParts(key, name, waiting);
  const { vms, pods } = await partsOf(key, client, op.signal);
  const copy = newUid();
  await using undo = new Rollback((failure) =>
    op.report({
      kind: 'warning',
      message: `a part of the snapshot could not be removed: ${errorText(failure)}`,
    }),
  );
  const ending = { ...waiting, op: { ...op, signal: new AbortController().signal } };
  undo.defer(async () => await removeParts(key, name, ending));
  await keepCopies(key, pods, [copy], waiting);
  await waitFor(key, waiting, async (): Promise<Look<true>> => {
    const late = (await partsOf(key, client, op.signal)).pods.find(
      ({ status }) => !(status?.copies ?? []).includes(copy),
    );
    return late ? { lacks: `the copy of what ${late.metadata.name} keeps` } : { found: true };
  });
  const part = { labels: { [labels.cluster]: key.name, [own.clusterSnapshot]: name } };
  const taken: Snapshot[] = [];
  for (const { metadata } of vms) taken.push(await snapshots.create(metadata.uid, part, op));
  const bare = taken.find(({ status }) => status.holds === 'Disk');
  if (bare)
    throw unsupported(key, `its VM ${bare.spec.vmName} has no memory in it: ${bare.status.message ?? ''}`);
  const snapshot = await new KindClient(client, clusterSnapshotKind).create(
    {
      metadata: { namespace: key.namespace, name, labels: { [labels.cluster]: key.name } },
      spec: {
        ...{ clusterName: key.name, copy },
        machines: taken.map(({ metadata, spec: { vmName }, status: { vmUid } }) => ({
          ...{ vmName, vmUid, snapshot: metadata.name },
        })),
        podNames: pods.map(({ metadata }) => metadata.name),
      },
    },
    { signal: op.signal },
  );
  undo.commit();
  return snapshot;
}

/**
 * Removes a snapshot of a cluster, which stays as it is, and what an attempt to take one has left.
 * @throws CodedError CLUSTER_SNAPSHOT_NOT_FOUND
 */
export async function removeClusterSnapshot(
  key: ClusterKey,
  name: string,
  waiting: SnapshotWaiting,
): Promise<void> {
  const { client, snapshots, op } = waiting;
  const found = await findSnapshot(key, name, client, op.signal);
  const isOfIt = found?.spec.clusterName === key.name;
  if (!isOfIt && (await listParts(key, name, snapshots, op.signal)).length === 0) throw notFound(key, name);
  if (isOfIt) await client.delete({ ...clusterSnapshotKind, ...found.metadata }, { signal: op.signal });
  await removeParts(key, name, waiting);
}

/** Removes the Snapshots of VMs that belong to no snapshot of a cluster any more, since that went with the cluster. */
export async function removeLeftSnapshots(
  key: ClusterKey,
  { client, snapshots, op }: Pick<SnapshotWaiting, 'client' | 'snapshots' | 'op'>,
): Promise<void> {
  const { namespace } = key;
  const { items } = await new KindClient(client, clusterSnapshotKind).list({ namespace, signal: op.signal });
  const there = new Set(
    items.filter(({ spec }) => spec.clusterName === key.name).map(({ metadata }) => metadata.name),
  );
  for (const { metadata } of await listParts(key, undefined, snapshots, op.signal))
    if (!there.has(metadata.labels[own.clusterSnapshot]!))
      await snapshots.remove(metadata.uid, { force: true }, op);
}

/** Removes what belongs to a snapshot that has no object, or has none any more. */
async function removeParts(
  key: ClusterKey,
  name: string,
  { client, snapshots, op }: SnapshotWaiting,
): Promise<void> {
  for (const { metadata } of await listParts(key, name, snapshots, op.signal))
    await snapshots.remove(metadata.uid, { force: true }, op);
  await keepCopies(key, (await partsOf(key, client, op.signal)).pods, [], { client, op });
}

/** Has the pods of a cluster keep the copies that its snapshots name, and these besides. */
async function keepCopies(
  { namespace, name }: ClusterKey,
  pods: readonly HostPod[],
  besides: readonly string[],
  { client, op: { signal } }: Pick<Waiting, 'client' | 'op'>,
): Promise<void> {
  const { items } = await new KindClient(client, clusterSnapshotKind).list({ namespace, signal });
  const named = items.filter(({ spec }) => spec.clusterName === name).map(({ spec }) => spec.copy);
  const copies = [...named, ...besides];
  for (const { metadata } of pods)
    await new KindClient(client, hostPodKind).modify(
      metadata,
      (now) =>
        (now.spec.copies ?? []).join() === copies.join() ? now : { ...now, spec: { ...now.spec, copies } },
      { signal },
    );
}

/** Lists the Snapshots of VMs that belong to a snapshot of a cluster, or to any. */
const listParts = async (
  { namespace, name: cluster }: ClusterKey,
  name: string | undefined,
  snapshots: SnapshotClient,
  signal: AbortSignal,
): Promise<readonly Snapshot[]> =>
  (await snapshots.list(signal)).filter(
    ({ metadata }) =>
      metadata.namespace === namespace &&
      metadata.labels[labels.cluster] === cluster &&
      (name === undefined
        ? Object.hasOwn(metadata.labels, own.clusterSnapshot)
        : metadata.labels[own.clusterSnapshot] === name),
  );

const findSnapshot = async (
  { namespace }: ClusterKey,
  name: string,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<ClusterSnapshot | undefined> =>
  await new KindClient(client, clusterSnapshotKind).find({ namespace, name }, { signal });

/** @throws CodedError CLUSTER_SNAPSHOT_NOT_FOUND */
export async function findClusterSnapshot(
  key: ClusterKey,
  name: string,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<ClusterSnapshot> {
  const found = await findSnapshot(key, name, client, signal);
  if (found?.spec.clusterName !== key.name) throw notFound(key, name);
  return found;
}

/** A VM that is down has no memory that could be of the same instant. @throws CodedError CLUSTER_SNAPSHOT_UNSUPPORTED */
function assertAllUp(key: ClusterKey, { vms }: ClusterParts): void {
  const down = vms.find((vm) => !hasGuest(vm) || vm.spec.power === 'Stopped');
  if (down) throw unsupported(key, `its VM ${down.metadata.name} is ${down.status.phase}`);
}

const unsupported = ({ name }: ClusterKey, why: string): CodedError<ClusterSnapshotErrorCode> =>
  new CodedError('CLUSTER_SNAPSHOT_UNSUPPORTED', `no snapshot can be taken of cluster "${name}": ${why}`, {
    hint: `"ignite cluster describe ${name}" shows its parts, all of which must run`,
  });

const nameTaken = ({ metadata, spec }: ClusterSnapshot): CodedError<ClusterSnapshotErrorCode> =>
  new CodedError(
    'CLUSTER_SNAPSHOT_NAME_TAKEN',
    `there is a snapshot "${metadata.name}" of cluster "${spec.clusterName}" already`,
    {
      hint: `choose another name, or run "ignite cluster snapshot ${metadata.namespace}/${spec.clusterName} ${metadata.name} --remove"`,
    },
  );

const notFound = ({ namespace, name: cluster }: ClusterKey, name: string) =>
  new CodedError<ClusterSnapshotErrorCode>(
    'CLUSTER_SNAPSHOT_NOT_FOUND',
    `there is no snapshot "${name}" of cluster "${cluster}"`,
    { hint: `"ignite get clustersnapshots -n ${namespace}" lists them` },
  );
