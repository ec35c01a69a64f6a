import { type HostPod, maxCopies } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { hasGuest } from '@ignite/api/v1/vm-phase';
import { Rollback } from '@ignite/toolkit/async/rollback';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { newUid } from '@ignite/toolkit/object/uid';
import { labels, own } from '../contract/names.ts';
import type { ClusterSnapshot, ClusterTemplate } from '../kinds/cluster-snapshot.ts';
import {
  clusterKind,
  clusterSnapshotKind,
  hostedControlPlaneKind,
  kubeadmControlPlaneKind,
} from '../kinds/object-kinds.ts';
import { assertAttempting, endAttempt, isAttempting } from './attempt.ts';
import { type Look, type Waiting, waitFor } from './await-cluster.ts';
import { type ClusterKey, type ClusterView, ofCluster } from './cluster-view.ts';
import { assertNotPaused, assertNotRestoring, findCluster, isSuspended } from './find-cluster.ts';
import type { ClusterParts } from './plan-suspension.ts';
import { keepObjects } from './snapshot-objects.ts';
import { type Removing, awaitRemoval, isPartOf, ofTemplates, removeParts } from './snapshot-parts.ts';
import type { SnapshotWaiting } from './snapshot-waiting.ts';
import { goOn, partsOf, suspendFor } from './suspend-cluster.ts';

export type ClusterSnapshotErrorCode =
  'CLUSTER_SNAPSHOT_NAME_TAKEN' | 'CLUSTER_SNAPSHOT_NOT_FOUND' | 'CLUSTER_SNAPSHOT_UNSUPPORTED';

/** The least time in which a cluster goes on after a snapshot, whatever the snapshot itself has taken. */
const goOnMs = 10 * 60_000;

/**
 * Takes a snapshot of a whole cluster, which is suspended for that and goes on afterwards, also if that fails, unless somebody has
 * suspended it before. The object is stored last: without it, its parts are leftovers, which the next snapshot of this name removes.
 * @param template makes it a template, which stays when the cluster goes
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_PAUSED, CLUSTER_RESTORING, CLUSTER_SNAPSHOT_NAME_TAKEN, CLUSTER_SNAPSHOT_UNSUPPORTED,
 * CLUSTER_SUSPEND_UNSUPPORTED, CLUSTER_NOT_READY, CLUSTER_TAKEN_OVER
 */
export async function snapshotCluster(
  key: ClusterKey,
  name: string,
  waiting: SnapshotWaiting,
  template?: ClusterTemplate,
): Promise<ClusterSnapshot> {
  const { client, op } = waiting;
  const view = await findCluster(client, key, op.signal);
  if (!isSuspended(view.cluster)) assertNotPaused(view);
  assertDataHere(key, view);
  await assertNameFree(key, name, client, op.signal);
  const parts = await partsOf(key, client, op.signal);
  assertAllUp(key, parts);
  if (parts.pods.length > 0) await assertRoom(key, client, op.signal);
  const attempt = newUid();
  let taken: ClusterSnapshot;
  try {
    await suspendFor('snapshot', key, attempt, waiting);
    taken = await takeSnapshot(key, { name, attempt, template }, waiting);
  } catch (failure) {
    await goOnInSpite(key, attempt, waiting);
    throw failure;
  }
  await goOnAfter(key, attempt, waiting);
  return taken;
}

/** Lets a cluster go on for which a snapshot has suspended it, as long as nobody else has taken it over. */
async function goOnAfter(key: ClusterKey, attempt: string, waiting: SnapshotWaiting): Promise<void> {
  const { client, clock, op } = waiting;
  const { cluster } = await findCluster(client, key, op.signal);
  const { annotations } = cluster.metadata;
  if (annotations[own.attempt] !== attempt) return;
  const ending = { ...waiting, endMs: Math.max(waiting.endMs, clock.now() + goOnMs) };
  if (annotations[own.suspended] === 'wished') await endAttempt(key, attempt, ending);
  else await goOn(key, attempt, ending);
}

/** Does the same after a failure, which is the one to be told. What was aborted does not wait. */
async function goOnInSpite(key: ClusterKey, attempt: string, waiting: SnapshotWaiting): Promise<void> {
  const { client, op } = waiting;
  const hint = `"ignite cluster resume ${key.namespace}/${key.name}" lets it go on`;
  try {
    if (!op.signal.aborted) await goOnAfter(key, attempt, waiting);
    else if (await isAttempting(key, attempt, client, new AbortController().signal))
      op.report({ kind: 'warning', message: `cluster "${key.name}" may stand still: ${hint}` });
  } catch (failure) {
    const message = `cluster "${key.name}" has not gone on: ${errorText(failure)}; ${hint}`;
    op.report({ kind: 'warning', message });
  }
}

interface Taking {
  readonly name: string;
  readonly attempt: string;
  readonly template: ClusterTemplate | undefined;
}

async function takeSnapshot(
  key: ClusterKey,
  { name, attempt, template }: Taking,
  waiting: SnapshotWaiting,
): Promise<ClusterSnapshot> {
  const { client, snapshots, op } = waiting;
  const owner = template ? ofTemplates(key.namespace) : ofCluster(key);
  const ownLabels = template ? { [own.warmCluster]: template.key } : { [labels.cluster]: key.name };
  const part = { labels: { ...ownLabels, [own.clusterSnapshot]: name, [own.attempt]: attempt } };
  // Another attempt may have stored it before this one has taken the cluster over.
  await assertNameFree(key, name, client, op.signal);
  await removeParts(owner, isPartOf(name), waiting);
  const { vms, pods } = await partsOf(key, client, op.signal);
  await using undo = new Rollback((failure) =>
    op.report({
      kind: 'warning',
      message: `a part of the snapshot could not be removed: ${errorText(failure)}`,
    }),
  );
  const ending = { ...waiting, op: { ...op, signal: new AbortController().signal } };
  undo.defer(async () => {
    await removeParts(owner, ({ metadata }) => metadata.labels[own.attempt] === attempt, ending);
    await keepCopies(key, pods, { not: attempt }, ending);
  });
  await assertAttempting(key, attempt, waiting);
  await keepCopies(key, pods, { besides: attempt }, waiting);
  await waitFor(key, waiting, async (): Promise<Look<true>> => {
    await assertAttempting(key, attempt, waiting);
    const late = (await partsOf(key, client, op.signal)).pods.find(
      ({ status }) => !(status?.copies ?? []).includes(attempt),
    );
    return late ? { lacks: `the copy of what ${late.metadata.name} keeps` } : { found: true };
  });
  await assertAttempting(key, attempt, waiting);
  const holder = template && (await holdCopies(key, pods, { ...part, name, attempt }, waiting));
  await assertAttempting(key, attempt, waiting);
  const objects = await keepObjects(key, { ...part, copy: attempt }, client, op.signal);
  const taken: Snapshot[] = [];
  for (const { metadata } of vms) {
    await assertAttempting(key, attempt, waiting);
    taken.push(await snapshots.create(metadata.uid, part, op));
  }
  await assertAttempting(key, attempt, waiting);
  const bare = taken.find(({ status }) => status.holds === 'Disk');
  if (bare)
    throw unsupported(key, `its VM ${bare.spec.vmName} has no memory in it: ${bare.status.message ?? ''}`);
  const snapshot = await new KindClient(client, clusterSnapshotKind).create(
    {
      // A template does not have the label by which the objects of a cluster go with it.
      metadata: { namespace: key.namespace, name, labels: ownLabels },
      spec: {
        ...{ clusterName: key.name, copy: attempt, objects, ...(template && { template }) },
        machines: taken.map(({ metadata, spec: { vmName }, status: { vmUid } }) => ({
          ...{ vmName, vmUid, snapshot: metadata.name },
        })),
        podNames: (holder ? [holder] : pods).map(({ metadata }) => metadata.name),
      },
    },
    { signal: op.signal },
  );
  undo.defer(async () => await deleteSnapshotObject(snapshot, ending));
  // Whoever takes the cluster over from here on sees the object, and leaves its parts alone.
  await assertAttempting(key, attempt, waiting);
  undo.commit();
  if (template) await keepCopies(key, pods, { not: attempt }, waiting);
  return snapshot;
}

/**
 * Has a pod of its own hold the copy of a template, which outlives the pod of the cluster.
 * @throws CodedError CLUSTER_SNAPSHOT_UNSUPPORTED
 */
async function holdCopies(
  key: ClusterKey,
  pods: readonly HostPod[],
  { name, attempt, labels: ofPart }: Pick<Taking, 'name' | 'attempt'> & Pick<HostPod['metadata'], 'labels'>,
  waiting: SnapshotWaiting,
): Promise<HostPod> {
  const { client, op } = waiting;
  const [pod, ...others] = pods;
  if (!pod || others.length > 0) throw unsupported(key, 'its control plane is not in one HostPod');
  const holders = new KindClient(client, hostPodKind);
  const { hostName } = pod.spec;
  const holder = await holders.create(
    {
      metadata: { namespace: key.namespace, name, labels: ofPart },
      spec: {
        copies: [attempt],
        copiesOf: pod.metadata.name,
        ...(hostName !== undefined && { hostName }),
      },
    },
    { signal: op.signal },
  );
  return await waitFor(key, waiting, async (): Promise<Look<HostPod>> => {
    await assertAttempting(key, attempt, waiting);
    const found = await holders.get(holder.metadata, { signal: op.signal });
    return (found.status?.copies ?? []).includes(attempt)
      ? { found }
      : { lacks: `the HostPod ${name} to hold the copy of what ${pod.metadata.name} keeps` };
  });
}

/**
 * Removes a snapshot of a cluster, which stays as it is, and what an attempt to take one has left.
 * @throws CodedError CLUSTER_SNAPSHOT_NOT_FOUND, CLUSTER_RESTORING if the cluster is being brought back to it
 */
export async function removeClusterSnapshot(
  key: ClusterKey,
  name: string,
  waiting: SnapshotWaiting,
): Promise<void> {
  const { client, op } = waiting;
  const cluster = await new KindClient(client, clusterKind).find(key, { signal: op.signal });
  if (cluster?.metadata.annotations[own.restoring] === name) assertNotRestoring(cluster);
  const found = await findSnapshot(key, name, client, op.signal);
  const isOfIt = found?.spec.clusterName === key.name;
  const current = cluster?.metadata.annotations[own.attempt];
  if (isOfIt) await deleteSnapshotObject(found, waiting);
  const removed = await removeParts(
    isOfIt && found.spec.template ? ofTemplates(key.namespace) : ofCluster(key),
    (part) =>
      isPartOf(name)(part) && (current === undefined || part.metadata.labels[own.attempt] !== current),
    waiting,
  );
  if (!isOfIt && removed === 0) throw notFound(key, name);
  if (isOfIt && found.spec.template) await awaitRemoval(key.namespace, name, waiting);
  await keepCopies(key, (await partsOf(key, client, op.signal)).pods, {}, waiting);
}

/** Removes the parts that belong to no snapshot of a cluster any more, since that went with the cluster. */
export async function removeLeftParts(key: ClusterKey, removing: Removing): Promise<void> {
  const { client, op } = removing;
  const there = new Set((await listOfCluster(key, client, op.signal)).map(({ metadata }) => metadata.name));
  await removeParts(
    ofCluster(key),
    ({ metadata }) => !there.has(metadata.labels[own.clusterSnapshot]!),
    removing,
  );
}

/** Deletes the object of a snapshot, whose parts are leftovers from then on. */
async function deleteSnapshotObject(
  { metadata: { namespace, name, uid } }: ClusterSnapshot,
  { client, op }: Pick<SnapshotWaiting, 'client' | 'op'>,
): Promise<void> {
  await client.delete(
    { ...clusterSnapshotKind, namespace, name },
    { preconditions: { uid }, signal: op.signal },
  );
}

/**
 * Has the pods of a cluster keep those of their copies that its snapshots name, or the attempt that has the cluster. A copy that is gone is
 * not asked for again: it would be of today.
 */
async function keepCopies(
  key: ClusterKey,
  pods: readonly HostPod[],
  { besides, not }: { readonly besides?: string; readonly not?: string },
  { client, op: { signal } }: Pick<Waiting, 'client' | 'op'>,
): Promise<void> {
  const cluster = await new KindClient(client, clusterKind).find(key, { signal });
  const current = cluster?.metadata.annotations[own.attempt];
  const named = new Set((await listOfCluster(key, client, signal)).map(({ spec }) => spec.copy));
  const isKept = (copy: string): boolean => copy !== not && (named.has(copy) || copy === current);
  for (const { metadata } of pods)
    await new KindClient(client, hostPodKind).modify(
      metadata,
      (now) => {
        const old = now.spec.copies ?? [];
        const kept = old.filter(isKept);
        const copies = besides === undefined || kept.includes(besides) ? kept : [...kept, besides];
        return copies.join() === old.join() ? now : { ...now, spec: { ...now.spec, copies } };
      },
      { signal },
    );
}

/** Lists the snapshots of a cluster but the templates that were made of it. */
const listOfCluster = async (
  { namespace, name }: ClusterKey,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly ClusterSnapshot[]> =>
  (await new KindClient(client, clusterSnapshotKind).list({ namespace, signal })).items.filter(
    ({ spec }) => spec.clusterName === name && !spec.template,
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

/** @throws CodedError CLUSTER_SNAPSHOT_NAME_TAKEN */
async function assertNameFree(
  key: ClusterKey,
  name: string,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<void> {
  const known = await findSnapshot(key, name, client, signal);
  if (known) throw nameTaken(known);
}

/** The nodes of then must not meet the data of today. @throws CodedError CLUSTER_SNAPSHOT_UNSUPPORTED */
function assertDataHere(key: ClusterKey, { controlPlane }: ClusterView): void {
  if (controlPlane && keepsDataElsewhere(controlPlane))
    throw unsupported(key, 'its etcd is elsewhere, and would not go back with it', {
      hint: 'take a copy of what that etcd stores with the tools of etcd',
    });
}

function keepsDataElsewhere(controlPlane: KubeObject): boolean {
  if (controlPlane.kind === hostedControlPlaneKind.kind)
    return hostedControlPlaneKind.decode(controlPlane).spec.etcd?.external !== undefined;
  if (controlPlane.kind !== kubeadmControlPlaneKind.kind) return false;
  const { kubeadmConfigSpec } = kubeadmControlPlaneKind.decode(controlPlane).spec;
  return kubeadmConfigSpec.clusterConfiguration?.etcd?.external !== undefined;
}

/** @throws CodedError CLUSTER_SNAPSHOT_UNSUPPORTED */
async function assertRoom(key: ClusterKey, client: ObjectClient, signal: AbortSignal): Promise<void> {
  const { length } = await listOfCluster(key, client, signal);
  if (length >= maxCopies)
    throw unsupported(key, `it has ${length} snapshots already`, {
      hint: `remove one with "ignite cluster snapshot ${key.namespace}/${key.name} NAME --remove"`,
    });
}

/** A VM that is down has no memory that could be of the same instant. @throws CodedError CLUSTER_SNAPSHOT_UNSUPPORTED */
function assertAllUp(key: ClusterKey, { vms }: ClusterParts): void {
  const down = vms.find((vm) => !hasGuest(vm) || vm.spec.power === 'Stopped');
  if (down) throw unsupported(key, `its VM ${down.metadata.name} is ${down.status.phase}`);
}

const unsupported = (
  { name }: ClusterKey,
  why: string,
  options = { hint: `"ignite cluster describe ${name}" shows its parts, all of which must run` },
): CodedError<ClusterSnapshotErrorCode> =>
  new CodedError(
    'CLUSTER_SNAPSHOT_UNSUPPORTED',
    `no snapshot can be taken of cluster "${name}": ${why}`,
    options,
  );

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
