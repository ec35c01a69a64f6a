import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { type LabelRequirement, matchesLabels } from '@ignite/toolkit/client/label-selector';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { own } from '../contract/names.ts';
import { secretObjects } from '../kinds/object-kinds.ts';
import { type Look, waitFor } from './await-cluster.ts';
import type { SnapshotWaiting } from './snapshot-waiting.ts';

/** Selects the parts of the snapshots of a cluster, or those of the templates of a namespace or of all, which belong to no cluster. */
export interface PartsOwner {
  readonly namespace?: string;
  readonly labels: readonly LabelRequirement[];
}

/** Pure. Selects the parts of all templates of a namespace, or of all namespaces. */
export const ofTemplates = (namespace: string | undefined): PartsOwner => ({
  ...(namespace !== undefined && { namespace }),
  labels: [{ key: own.warmCluster, operator: 'Exists' }],
});

export type Part = Pick<KubeObject, 'metadata'>;
export type Removing = Pick<SnapshotWaiting, 'client' | 'snapshots' | 'op'>;

export const isPartOf =
  (name: string) =>
  ({ metadata }: Part): boolean =>
    metadata.labels[own.clusterSnapshot] === name;

const isPart = ({ metadata }: Part): boolean => Object.hasOwn(metadata.labels, own.clusterSnapshot);

/** The kinds of parts besides Snapshots: what the objects of the cluster are kept in, and what holds a copy for a template. */
export const partKinds: readonly KindResource[] = [secretObjects, hostPodKind];

/** Lists the parts of snapshots: Snapshots of VMs, the objects of then, and pods that hold copies. */
export async function listParts(
  owner: PartsOwner,
  { client, snapshots, op: { signal } }: Removing,
): Promise<readonly Part[]> {
  const ofVms = (await snapshots.list(signal)).filter((part) => isOwned(part, owner));
  const others = await Promise.all(partKinds.map((kind) => listOfKind(kind, owner, client, signal)));
  return [...ofVms, ...others.flat()];
}

/** Removes parts of snapshots. Resolves with how many there were. */
export async function removeParts(
  owner: PartsOwner,
  isMeant: (part: Part) => boolean,
  { client, snapshots, op }: Removing,
): Promise<number> {
  const ofVms = (await snapshots.list(op.signal)).filter((part) => isOwned(part, owner)).filter(isMeant);
  for (const { metadata } of ofVms) await snapshots.remove(metadata.uid, { force: true }, op);
  let count = ofVms.length;
  for (const kind of partKinds)
    for (const part of (await listOfKind(kind, owner, client, op.signal)).filter(isMeant)) {
      await deleteSeen(client, kind, part, { signal: op.signal });
      count += 1;
    }
  return count;
}

/** Waits until the host has cleared away what it held for a template. */
export const awaitRemoval = async (
  namespace: string,
  name: string,
  waiting: Pick<SnapshotWaiting, 'client' | 'clock' | 'endMs' | 'op'>,
): Promise<true> =>
  await waitFor({ namespace, name }, waiting, async (): Promise<Look<true>> => {
    const { client, op } = waiting;
    const held = await listOfKind(hostPodKind, ofTemplates(namespace), client, op.signal);
    return held.some(isPartOf(name)) ? { lacks: `the deletion of the template ${name}` } : { found: true };
  });

const isOwned = (part: Part, { namespace, labels }: PartsOwner): boolean =>
  (namespace === undefined || part.metadata.namespace === namespace) &&
  isPart(part) &&
  matchesLabels(part.metadata.labels, labels);

const listOfKind = async (
  kind: KindResource,
  owner: PartsOwner,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly Part[]> => (await client.list(kind, { ...owner, signal })).items.filter(isPart);
