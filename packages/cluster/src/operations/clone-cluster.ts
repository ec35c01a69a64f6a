import { timed } from '@ignite/api/client/timed';
import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { newUid } from '@ignite/toolkit/object/uid';
import { own } from '../contract/names.ts';
import type { ClusterSnapshot } from '../kinds/cluster-snapshot.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind, clusterSnapshotKind } from '../kinds/object-kinds.ts';
import { assertAttempting, beginAttempt } from './attempt.ts';
import { cloneProblem } from './clone-problem.ts';
import type { ClusterKey } from './cluster-view.ts';
import { clusterExists, clusterNameTaken } from './create-cluster.ts';
import { lostSnapshot } from './lost-snapshot.ts';
import { type ClonedObject, planClone } from './plan-clone.ts';
import { planResumption } from './plan-suspension.ts';
import type { RestoreClusterErrorCode } from './restore-cluster.ts';
import type { ClusterSnapshotErrorCode } from './snapshot-cluster.ts';
import { readObjects } from './snapshot-objects.ts';
import type { SnapshotWaiting } from './snapshot-waiting.ts';
import { goOn } from './suspend-cluster.ts';

/**
 * Makes a new cluster of a snapshot of another one, which may run beside it. It is behind a router of its own, and goes on with the memory of
 * then. Its controllers care for it once all of it runs. What was cut short is finished by another call.
 * @param name the name of a snapshot of a cluster in the same namespace
 * @param planOn plans how its VMs and programs go on
 * @throws CodedError CLUSTER_SNAPSHOT_NOT_FOUND, CLUSTER_SNAPSHOT_UNFIT, CLUSTER_EXISTS, CLUSTER_NAME_TAKEN, CLUSTER_NOT_READY,
 * CLUSTER_TAKEN_OVER
 */
export async function cloneCluster(
  key: ClusterKey,
  name: string,
  waiting: SnapshotWaiting,
  planOn = planResumption,
): Promise<Cluster> {
  const { client, op } = waiting;
  const { namespace } = key;
  const snapshots = new KindClient(client, clusterSnapshotKind);
  const snapshot = await snapshots.find({ namespace, name }, { signal: op.signal });
  if (!snapshot) throw snapshotNotFound(key, name);
  const planned = await timed('read the snapshot', op, async () => await plan(key, snapshot, waiting));
  const attempt = newUid();
  const note = `${name}.${snapshot.spec.copy}`;
  await timed('create the objects', op, async () => await create(planned, { key, note, attempt }, waiting));
  return await goOn(key, attempt, waiting, planOn);
}

interface Beginning {
  readonly key: ClusterKey;
  readonly note: string;
  readonly attempt: string;
}

/** Creates the objects of a clone, the Cluster first. */
async function create(
  [top, ...others]: readonly ClonedObject[],
  { key, note, attempt }: Beginning,
  waiting: SnapshotWaiting,
): Promise<void> {
  const cluster = await begin(key, top!, { note, attempt }, waiting);
  await tell(top!, cluster, waiting);
  const uids = new Map([[top!.uidThen, cluster.metadata.uid]]);
  for (const each of others) {
    await assertAttempting(key, attempt, waiting);
    const object = await ensure(each, uids, waiting);
    await tell(each, object, waiting);
    uids.set(each.uidThen, object.metadata.uid);
  }
}

/** @throws CodedError CLUSTER_SNAPSHOT_UNFIT */
async function plan(
  { namespace, name }: ClusterKey,
  snapshot: ClusterSnapshot,
  { client, snapshots, op }: SnapshotWaiting,
): Promise<readonly ClonedObject[]> {
  const made = await readObjects(snapshot, client, op.signal);
  if (!made) throw unfit(snapshot, 'it does not hold the objects of its cluster, or they have been changed');
  const problem = cloneProblem(made, snapshot, name);
  if (problem !== undefined) throw unfit(snapshot, problem);
  const lost = lostSnapshot(snapshot.spec, namespace, await snapshots.list(op.signal));
  if (lost !== undefined) throw unfit(snapshot, lost);
  return planClone(made, snapshot, name);
}

/**
 * Creates the Cluster, which its controllers leave alone until all of it runs. One that another call has begun to make of the same snapshot is
 * taken over.
 */
async function begin(
  key: ClusterKey,
  { object }: ClonedObject,
  { note, attempt }: Pick<Beginning, 'note' | 'attempt'>,
  waiting: SnapshotWaiting,
): Promise<Cluster> {
  const { client, op } = waiting;
  const clusters = new KindClient(client, clusterKind);
  const { metadata } = object;
  const annotations = { ...metadata.annotations, [own.cloning]: note, [own.attempt]: attempt };
  try {
    return await clusters.create(
      { ...object, metadata: { ...metadata, annotations } },
      { signal: op.signal },
    );
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
  }
  return await beginAttempt(key, attempt, waiting, (now) => {
    const { annotations: noted } = now.metadata;
    if (noted[own.cloning] !== note) throw clusterExists(key.name);
    return noted;
  });
}

/** Creates an object, unless an earlier call has done so. @throws CodedError CLUSTER_NAME_TAKEN */
async function ensure(
  { kind, object }: ClonedObject,
  uids: ReadonlyMap<string, string>,
  { client, op: { signal } }: SnapshotWaiting,
): Promise<KubeObject> {
  const objects = objectsOf(client, kind);
  const { namespace, name, ownerReferences = [] } = object.metadata;
  const owners = ownerReferences.map((owner) => ({ ...owner, uid: uids.get(owner.uid) ?? owner.uid }));
  const known = await objects.find({ namespace: namespace!, name: name! }, { signal });
  if (!known)
    return await objects.create(
      { ...object, metadata: { ...object.metadata, ownerReferences: owners } },
      { signal },
    );
  const isOwn = known.metadata.ownerReferences?.some(({ uid }) => owners.some((owner) => owner.uid === uid));
  if (!isOwn) throw clusterNameTaken(kind.kind, name!);
  return known;
}

/** Gives an object the status of then, unless an earlier call has done so. */
async function tell(
  { kind, status }: ClonedObject,
  object: KubeObject,
  { client, op: { signal } }: SnapshotWaiting,
): Promise<void> {
  const isTold = Object.keys((object.status as object | undefined) ?? {}).length > 0;
  if (status === undefined || isTold) return;
  await objectsOf(client, kind).modifyStatus(object.metadata, (now) => ({ ...now, status }), { signal });
}

const unfit = ({ metadata: { name } }: ClusterSnapshot, why: string): CodedError<RestoreClusterErrorCode> =>
  new CodedError('CLUSTER_SNAPSHOT_UNFIT', `no cluster can be made of the snapshot "${name}": ${why}`, {
    hint: 'docs/clusters.md says of which clusters others can be made, and what their snapshots contain',
  });

const snapshotNotFound = ({ namespace }: ClusterKey, name: string): CodedError<ClusterSnapshotErrorCode> =>
  new CodedError('CLUSTER_SNAPSHOT_NOT_FOUND', `there is no snapshot "${name}" of a cluster`, {
    hint: `"ignite get clustersnapshots -n ${namespace}" lists them`,
  });
