import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { type KindResource, KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { initLockKey } from '../bootstrap/init-lock.ts';
import { contractVersion } from '../contract/groups.ts';
import { labels } from '../contract/names.ts';
import { ipPoolKinds } from '../kinds/ip-pool-kinds.ts';
import {
  clusterClassKind,
  clusterKind,
  configMapObjects,
  etcdClusterKind,
  machineDrainRuleKind,
  secretObjects,
} from '../kinds/object-kinds.ts';
import { clusterResources } from '../kinds/resources.ts';
import { cniName } from './cluster-names.ts';
import { type ClusterKey, ofCluster } from './cluster-view.ts';

/** Those that are not made for one cluster, whoever gave them its label: their data and their clusters are others'. */
const kindsOfNoCluster: readonly string[] = [
  clusterKind,
  clusterClassKind,
  etcdClusterKind,
  ...ipPoolKinds,
  machineDrainRuleKind,
].map(({ kind }) => kind);

const kinds: readonly KindResource[] = clusterResources
  .filter(({ kind }) => !kindsOfNoCluster.includes(kind))
  .map(({ group, plural, kind }) => ({ group, version: contractVersion, resource: plural, kind }));

/** Pure. Tells whether objects of a kind may belong to a cluster. */
export const isOfCluster = ({ group, kind, resource }: KindResource): boolean =>
  [...kinds, clusterKind, secretObjects, configMapObjects, hostPodKind, vmKind].some(
    (each) => each.group === group && each.kind === kind && each.resource === resource,
  );

/** An object with the kind under which it is stored. */
export interface Made {
  readonly kind: KindResource;
  readonly object: KubeObject;
}

/** Lists what was made for a Cluster, whether it is there or not. */
export async function listMade(
  key: ClusterKey,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const kind of kinds)
    for (const object of (await objectsOf(client, kind).list({ ...ofCluster(key), signal })).items)
      made.push({ kind, object });
  // A Secret that no object of Cluster API owns was brought by somebody, to whom it stays.
  const secrets = await new KindClient(client, secretObjects).list({ ...ofCluster(key), signal });
  const configMaps = new KindClient(client, configMapObjects);
  const lock = await configMaps.find(initLockKey(key), { signal });
  const manifests = await configMaps.find({ namespace: key.namespace, name: cniName(key.name) }, { signal });
  for (const object of secrets.items) if (isOwnedHere(object)) made.push({ kind: secretObjects, object });
  if (lock && isOwnedHere(lock)) made.push({ kind: configMapObjects, object: lock });
  if (manifests?.metadata.labels[labels.cluster] === key.name)
    made.push({ kind: configMapObjects, object: manifests });
  return made;
}

const isOwnedHere = ({ metadata: { ownerReferences = [] } }: KubeObject): boolean =>
  ownerReferences.some(({ apiVersion }) => /(^|\.)cluster\.x-k8s\.io\//.test(apiVersion));
