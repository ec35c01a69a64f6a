import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { informerKey } from '@ignite/toolkit/controller/informer';
import { connectionProbe, findCondition } from '../contract/conditions.ts';
import { annotations } from '../contract/names.ts';
import { type Cluster, isPaused } from '../kinds/cluster.ts';
import type { IpAddress, IpAddressClaim } from '../kinds/ip-address-claim.ts';
import type { MachinePool } from '../kinds/machine-pool.ts';
import type { Machine, MachineSpec } from '../kinds/machine.ts';
import {
  clusterClassKind,
  clusterKind,
  hostedControlPlaneKind,
  igniteClusterKind,
  ipAddressClaimKind,
  ipAddressKind,
  machineHealthCheckKind,
  machineKind,
  machinePoolKind,
} from '../kinds/object-kinds.ts';
import { ipPoolKindOf, ipPoolKinds, poolNamespace } from '../kinds/ip-pool-kinds.ts';
import { clusterKeyOf } from './cached-kind.ts';
import type { BasicWork, Controller } from './controller.ts';

/** Kinds whose objects have to do with all Machines of their Cluster. */
const machineWatchers = [machineHealthCheckKind, igniteClusterKind, hostedControlPlaneKind];

/** What is known of a controller here: the kinds of objects that matter to it. */
type Routed = Pick<Controller, 'kind' | 'follows'>;

/** Is told which controller has to look at which object. */
export type Enqueue<C extends Routed = Routed> = (controller: C, key: string) => void;

/**
 * Has the controllers look at what a change is of interest to: the object itself, its owners, all that belongs to a
 * Cluster whose wishes or beginnings have changed, or whose API server answers again or no longer, the parts of a Machine or a MachinePool, the health checks of a Machine and its hosted control plane, the load
 * balancer of a Machine or a pod, the Clusters of a class, the claims that wait for a pool, and the pool of an address
 * or of a claim that is gone.
 */
export function routeChanges<C extends Routed>(
  controllers: readonly C[],
  { objects }: BasicWork,
  enqueue: Enqueue<C>,
): void {
  const byKind = new Map(controllers.map((each) => [`${each.kind.kind}.${each.kind.group}`, each]));
  const seen = new Map<string, string>();
  objects.onChange((object, isGone) => {
    const { apiVersion, kind, metadata } = object;
    const own = byKind.get(`${kind}.${groupOf(apiVersion)}`);
    const key = informerKey(object);
    if (own && !isGone) enqueue(own, key);
    for (const owner of metadata.ownerReferences ?? []) {
      const found = byKind.get(`${owner.kind}.${groupOf(owner.apiVersion)}`);
      if (found) enqueue(found, `${metadata.namespace}/${owner.name}`);
    }
    // Clusters and Machines matter to controllers of other kinds also where their own controllers run elsewhere.
    const enqueueWatcher = (watcher: KindResource): void => {
      const found = byKind.get(`${watcher.kind}.${watcher.group}`);
      if (found) enqueueOfCluster(found, object, objects, enqueue).catch(aborted);
    };
    const is = (each: KindResource): boolean => each.kind === kind && each.group === groupOf(apiVersion);
    if (is(clusterKind)) {
      const news = newsOf(object as Cluster, isGone);
      if (seen.get(key) === news) return;
      if (isGone) seen.delete(key);
      else seen.set(key, news);
      enqueueAll(controllers, object, objects, enqueue).catch(aborted);
    } else if (is(clusterClassKind)) {
      enqueueClusters(byKind, object, objects, enqueue).catch(aborted);
    } else if (ipPoolKinds.some(is)) {
      enqueueClaims(byKind, object, objects, enqueue).catch(aborted);
    } else if (is(ipAddressKind) || (isGone && is(ipAddressClaimKind))) {
      const { poolRef } = (object as IpAddress | IpAddressClaim).spec;
      const found = byKind.get(`${poolRef.kind}.${poolRef.apiGroup}`);
      const poolKind = ipPoolKindOf(poolRef);
      if (found && poolKind) enqueue(found, `${poolNamespace(poolKind, metadata.namespace)}/${poolRef.name}`);
    } else if (is(machinePoolKind)) {
      enqueueParts(byKind, object, (object as MachinePool).spec.template.spec, enqueue);
    } else if (is(machineKind)) {
      enqueueParts(byKind, object, (object as Machine).spec, enqueue);
      for (const kind of machineWatchers) enqueueWatcher(kind);
    } else if (is(hostPodKind)) enqueueWatcher(igniteClusterKind);
  });
}

function enqueueParts<C extends Routed>(
  byKind: ReadonlyMap<string, C>,
  { metadata: { namespace } }: KubeObject,
  { bootstrap, infrastructureRef }: MachineSpec,
  enqueue: Enqueue<C>,
): void {
  for (const part of [bootstrap.configRef, infrastructureRef]) {
    const found = part && byKind.get(`${part.kind}.${part.apiGroup}`);
    if (found) enqueue(found, `${namespace}/${part.name}`);
  }
}

/** Only an abort makes a look into a local copy fail. */
const aborted = (): void => {};

/** Begins to follow the objects of all controllers, and those that matter to all of them. */
export async function followKinds(controllers: readonly Routed[], { objects }: BasicWork): Promise<void> {
  const kinds = [
    ...controllers.flatMap(({ kind, follows = [] }) => [kind, ...follows]),
    ...[clusterKind, machineKind],
  ];
  for (const kind of kinds) await objects.get(kind, { namespace: '', name: '' });
}

/** Pure. Returns what of a Cluster makes a difference to what belongs to it. */
function newsOf(cluster: Cluster, isGone: boolean): string {
  const { metadata, status } = cluster;
  return JSON.stringify([
    isGone,
    metadata.uid,
    metadata.generation,
    metadata.deletionTimestamp,
    metadata.annotations[annotations.paused],
    isPaused(cluster),
    status?.initialization,
    findCondition(cluster, connectionProbe)?.status,
  ]);
}

async function enqueueAll<C extends Routed>(
  controllers: readonly C[],
  cluster: KubeObject,
  objects: BasicWork['objects'],
  enqueue: Enqueue<C>,
): Promise<void> {
  for (const controller of controllers)
    for (const object of await objects.ofCluster(controller.kind, cluster))
      enqueue(controller, informerKey(object));
}

async function enqueueClusters<C extends Routed>(
  byKind: ReadonlyMap<string, C>,
  { metadata: { namespace, name } }: KubeObject,
  objects: BasicWork['objects'],
  enqueue: Enqueue<C>,
): Promise<void> {
  const found = byKind.get(`${clusterKind.kind}.${clusterKind.group}`);
  if (!found) return;
  for (const cluster of await objects.inNamespace(clusterKind, namespace))
    if (cluster.spec.topology?.classRef.name === name) enqueue(found, informerKey(cluster));
}

/** Has the claims looked at that wait for an address of a pool. */
async function enqueueClaims<C extends Routed>(
  byKind: ReadonlyMap<string, C>,
  { kind, metadata: { namespace, name } }: KubeObject,
  objects: BasicWork['objects'],
  enqueue: Enqueue<C>,
): Promise<void> {
  const found = byKind.get(`${ipAddressClaimKind.kind}.${ipAddressClaimKind.group}`);
  if (!found) return;
  const claims =
    namespace === ''
      ? await objects.all(ipAddressClaimKind)
      : await objects.inNamespace(ipAddressClaimKind, namespace);
  for (const claim of claims) {
    const { poolRef } = claim.spec;
    if (poolRef.name === name && poolRef.kind === kind && !claim.status?.addressRef)
      enqueue(found, informerKey(claim));
  }
}

/** Has a controller look at its objects that belong to the Cluster of another object. */
async function enqueueOfCluster<C extends Routed>(
  controller: C,
  part: KubeObject,
  objects: BasicWork['objects'],
  enqueue: Enqueue<C>,
): Promise<void> {
  const cluster = clusterKeyOf(part)?.split('/')[1];
  if (cluster === undefined) return;
  const place = { ...part, metadata: { ...part.metadata, name: cluster } };
  for (const object of await objects.ofCluster(controller.kind, place))
    enqueue(controller, informerKey(object));
}
