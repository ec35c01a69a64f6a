import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { apiServerPort } from '../contract/api-server-port.ts';
import { annotations, finalizers, labels } from '../contract/names.ts';
import { controllerReference, isControlledBy, ownerReference, withOwner } from '../contract/owner.ts';
import type { Cluster, Endpoint } from '../kinds/cluster.ts';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { clusterKind, hostedControlPlaneKind, machineKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { type Reached, ensureKeys, ensureKubeconfig, readKeys } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { coreDnsObjects, kubeProxyObjects } from './addon-objects.ts';
import { replicaOfSecret } from './component-secrets.ts';
import { findExternalEtcd } from './external-etcd.ts';
import { findEndpoint } from './find-endpoint.ts';
import { withHostedStatus } from './hosted-status.ts';
import { createReplica, hasApiServer, keepReplicas } from './keep-replicas.ts';
import { isJoining } from './is-joining.ts';
import { keepNodeRoutes } from './keep-node-routes.ts';
import { type ClusterFacts, nodeObjects } from './node-objects.ts';
import { isServing } from './plan-programs.ts';
import type { ReplicaAction } from './plan-replicas.ts';
import { podName, replicaOf } from './replica.ts';
import { networkOf } from './service-network.ts';
import { hashOf, writeObjects } from './write-objects.ts';
import type { WrittenObject } from './written-object.ts';

const waitMs = 5_000;
const lookMs = 60_000;
const nextMs = 500;
const deletionMs = 2_000;

/** Keeps control planes whose components a host runs without a VM: keys, pods of the host, and what nodes look for. */
export const hostedControlPlaneController: Controller<HostedControlPlane> = {
  name: 'hosted-control-plane',
  kind: hostedControlPlaneKind,
  finalizer: finalizers.hostedControlPlane,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work, signal) => {
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, work, signal);
    if (!cluster) return { object };
    if (!isControlPlaneOf(cluster, object))
      return waiting(
        object,
        `spec.controlPlaneRef of the Cluster ${cluster.metadata.name} does not name it`,
        {
          nowMs: work.clock.now(),
        },
      );
    const owned = await work.objects.write(
      hostedControlPlaneKind,
      object,
      withOwner(object, ownerReference(clusterKind, cluster)),
    );
    return await keep(owned, cluster, work, signal);
  },
};

/** Whoever has its label only gets no keys of a cluster. */
const isControlPlaneOf = (
  { spec: { controlPlaneRef } }: Cluster,
  { metadata }: HostedControlPlane,
): boolean =>
  controlPlaneRef?.apiGroup === hostedControlPlaneKind.group &&
  controlPlaneRef.kind === hostedControlPlaneKind.kind &&
  controlPlaneRef.name === metadata.name;

const waiting = (
  object: HostedControlPlane,
  waitsFor: string,
  { nowMs, pods = [] }: { readonly nowMs: number; readonly pods?: readonly HostPod[] },
): Reconciled<HostedControlPlane> => ({
  object: withHostedStatus(object, {
    ...{ pods, waitsFor, nowMs, isReachable: false },
    isInitialized: isBegun(object),
  }),
  requeueAfterMs: waitMs,
});

const isBegun = ({ status }: HostedControlPlane): boolean =>
  status?.initialization?.controlPlaneInitialized === true;

async function keep(
  controlPlane: HostedControlPlane,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<HostedControlPlane>> {
  const { client } = work.objects;
  const { namespace, name: clusterName } = cluster.metadata;
  const place = { namespace, clusterName };
  const isInitialized = isBegun(controlPlane);
  const pods = await podsOf(controlPlane, work);
  const wait = (object: HostedControlPlane, waitsFor: string) =>
    waiting(object, waitsFor, { pods, nowMs: work.clock.now() });
  const network = networkOf(cluster);
  if (!network) return wait(controlPlane, 'the network of Services must be one of IPv4');
  const making = {
    owner: controllerReference(hostedControlPlaneKind, controlPlane),
    nowMs: work.clock.now(),
  };
  // Another authority than that of a running cluster would lock all its nodes out.
  if (!isInitialized) await ensureKeys(client, place, making, signal);
  const own = await readKeys(client, place, signal);
  if (!own) return wait(controlPlane, 'keys of the cluster are missing');
  const etcd = await findExternalEtcd(controlPlane, work, signal);
  if (etcd && 'waitsFor' in etcd) return wait(controlPlane, etcd.waitsFor);
  const keys = etcd ? { ...own, etcd: etcd.authority } : own;
  // The data is in the pods that were told to run something. A cluster that has begun is not begun again in another one.
  if (isInitialized && !etcd && pods.every(({ spec }) => spec.programs.length === 0))
    return wait(
      controlPlane,
      `the HostPod ${podName(controlPlane, 1)} is gone, and with it the data of the cluster`,
    );
  const hostName = await hostOf(controlPlane, cluster, pods, work);
  const located = await withEndpoint({ controlPlane, cluster, pods, clusterName, hostName }, work);
  if ('waitsFor' in located) return wait(controlPlane, located.waitsFor);
  const { endpoint, isOwn, object } = located;
  const reached = reachedAs(pods, endpoint);
  if (!reached) return wait(object, 'a host has to reach the API server behind its router');
  await ensureKubeconfig(client, { ...place, ...reached }, making, signal);
  const action = await keepReplicas(
    {
      ...{ controlPlane: object, clusterName, keys, network, endpoint, pods, hostName },
      ...{ isBegun: isInitialized, etcdServers: etcd?.servers },
      // What leads to one replica leads to no other one, which would be of no use.
      replicas: isOwn ? 1 : object.spec.replicas,
    },
    work,
    signal,
  );
  const workload = await work.workloads.of(cluster, signal);
  // Of replicas that are told to change, only one is at a time.
  if (workload && isAtRest(action))
    await keepNodeRoutes(await podsOf(object, work), network, workload, work, signal);
  const running = await podsOf(object, work);
  await removeLeftSecrets(object, clusterName, running, client, signal);
  const why = whyNot(action, object, isOwn);
  const facts = { clusterName, endpoint, network, authority: keys.ca.certificate };
  // Nothing in a cluster may be of a newer version than its API servers.
  const written =
    workload && isServingAll(running, object.spec)
      ? await withObjects(object, workload, facts, signal)
      : object;
  return {
    object: withHostedStatus(written, {
      pods: running,
      isReachable: workload !== undefined,
      isInitialized: isInitialized || written !== object,
      waitsFor: why,
      nowMs: work.clock.now(),
    }),
    requeueAfterMs: pauseAfter(action, workload !== undefined && !(await areNodesJoining(cluster, work))),
  };
}

const isAtRest = ({ type }: ReplicaAction): boolean => type === 'nothing' || type === 'wait';

const areNodesJoining = async (cluster: Cluster, { objects, clock }: Work): Promise<boolean> =>
  (await objects.ofCluster(machineKind, cluster)).some((machine) => isJoining(machine, clock.now()));

function pauseAfter({ type }: ReplicaAction, isSettled: boolean): number {
  if (type === 'nothing') return isSettled ? lookMs : waitMs;
  return type === 'wait' ? waitMs : nextMs;
}

/** Returns what is in the way of the replicas that are wanted; empty if nothing is. */
function whyNot(action: ReplicaAction, { spec }: HostedControlPlane, isOwn: boolean): string {
  if (isOwn && spec.replicas > 1)
    return 'the endpoint of the cluster is the address of its first replica, and leads to no other one';
  return action.type === 'wait' ? action.reason : '';
}

const isServingAll = (pods: readonly HostPod[], spec: HostedControlPlane['spec']): boolean => {
  const servers = pods.filter(hasApiServer);
  return servers.length > 0 && servers.every((pod) => isServing(pod, spec));
};

/** Returns the pods of the replicas, in the order of their numbers. */
const podsOf = async (controlPlane: HostedControlPlane, { objects }: Work): Promise<readonly HostPod[]> =>
  (await objects.controlledBy(hostPodKind, controlPlane)).toSorted((a, b) => replicaOf(a) - replicaOf(b));

/** Replicas reach each other, and the load balancer them, on one host. */
async function hostOf(
  { spec }: HostedControlPlane,
  cluster: Cluster,
  [first]: readonly HostPod[],
  { objects }: Work,
): Promise<string | undefined> {
  const known = spec.hostName ?? first?.spec.hostName;
  if (known !== undefined) return known;
  const all = await objects.ofCluster(hostPodKind, cluster);
  return all.find(({ spec: { balancer } }) => balancer !== undefined)?.spec.hostName;
}

type KnownFacts = Omit<ClusterFacts, 'version' | 'imageRepository'>;

/** Writes what nodes need into a cluster, unless that was done before. */
async function withObjects(
  controlPlane: HostedControlPlane,
  workload: WorkloadCluster,
  known: KnownFacts,
  signal: AbortSignal,
): Promise<HostedControlPlane> {
  const { version, imageRepository } = controlPlane.spec;
  const facts = { ...known, version, imageRepository };
  const objects = [...nodeObjects(facts), ...addonsOf(controlPlane, facts)];
  const hash = hashOf(objects);
  if (controlPlane.status?.writtenObjects !== hash) await writeObjects(workload.objects, objects, signal);
  return { ...controlPlane, status: { ...controlPlane.status, writtenObjects: hash } };
}

function addonsOf({ metadata, spec }: HostedControlPlane, facts: ClusterFacts): readonly WrittenObject[] {
  const isSkipped = (annotation: string): boolean => Object.hasOwn(metadata.annotations, annotation);
  return [
    ...(isSkipped(annotations.skipKubeProxy) ? [] : kubeProxyObjects(facts, spec)),
    ...(isSkipped(annotations.skipCoreDns) ? [] : coreDnsObjects(facts, spec)),
  ];
}

interface Unlocated {
  readonly controlPlane: HostedControlPlane;
  readonly cluster: Cluster;
  readonly pods: readonly HostPod[];
  readonly clusterName: string;
  readonly hostName: string | undefined;
}

interface Located {
  readonly object: HostedControlPlane;
  readonly endpoint: Required<Endpoint>;
  readonly isOwn: boolean;
}

/** Finds the endpoint. The address of the first replica becomes it if there is no other one, for good. */
async function withEndpoint(
  { controlPlane, cluster, pods, clusterName, hostName }: Unlocated,
  work: Work,
): Promise<Located | { readonly waitsFor: string }> {
  const found = await findEndpoint(controlPlane, cluster, pods, work);
  if (found.type === 'missing') return found;
  const [first] = pods;
  if (!first) {
    const refused = await createReplica(1, { controlPlane, clusterName, hostName }, work);
    if (refused) return { waitsFor: refused.reason };
  }
  const address = first?.status?.address;
  if (address === undefined) return { waitsFor: 'a host has to give the API server an address' };
  if (found.type === 'known') return { ...found, object: controlPlane };
  const endpoint = { host: address, port: apiServerPort };
  const object = await work.objects.write(hostedControlPlaneKind, controlPlane, {
    ...controlPlane,
    spec: { ...controlPlane.spec, controlPlaneEndpoint: endpoint },
  });
  return { object, endpoint, isOwn: true };
}

/**
 * Pure. Returns how the host reaches the API server; `undefined` if that is behind a router and not reached yet. At the same address, the host may
 * reach the API server of another cluster with the same keys.
 */
function reachedAs(pods: readonly HostPod[], endpoint: Required<Endpoint>): Reached | undefined {
  const pod = pods.find(({ spec }) => spec.router !== undefined);
  if (!pod) return { endpoint };
  const host = pod.status?.reachedAt;
  return host === undefined
    ? undefined
    : { endpoint: { host, port: apiServerPort }, serverName: 'kubernetes' };
}

/** The pods go before the control plane, and with them all that their host has of it. The keys go last. */
async function takeDown(
  controlPlane: HostedControlPlane,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<HostedControlPlane>> {
  const pods = await podsOf(controlPlane, work);
  if (pods.length === 0) {
    const { client } = work.objects;
    const { items } = await objectsOf(client, secrets).list({
      namespace: controlPlane.metadata.namespace,
      signal,
    });
    await deleteSecrets(items, controlPlane, client, signal);
    return { object: controlPlane, isCleared: true };
  }
  for (const pod of pods) await work.objects.delete(hostPodKind, pod);
  const waitsFor = 'the components are being ended';
  return {
    object: withHostedStatus(controlPlane, {
      ...{ pods, waitsFor, isReachable: false, isInitialized: isBegun(controlPlane) },
      nowMs: work.clock.now(),
    }),
    requeueAfterMs: deletionMs,
  };
}

/** The keys of a replica go when it is gone. They are looked for each time, since it may go at any time. */
async function removeLeftSecrets(
  controlPlane: HostedControlPlane,
  clusterName: string,
  pods: readonly HostPod[],
  client: ObjectClient,
  signal: AbortSignal,
): Promise<void> {
  const replicas = new Set(pods.map(replicaOf));
  const { items } = await objectsOf(client, secrets).list({
    namespace: controlPlane.metadata.namespace,
    labels: [{ key: labels.cluster, operator: 'In', values: [clusterName] }],
    signal,
  });
  const left = items.filter(({ metadata }) => {
    const replica = replicaOfSecret(metadata.name, clusterName);
    return replica !== undefined && !replicas.has(replica);
  });
  await deleteSecrets(left, controlPlane, client, signal);
}

/** A new cluster of the same name must find no keys that the garbage collector is about to take away. */
async function deleteSecrets(
  found: readonly KubeObject[],
  controlPlane: HostedControlPlane,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<void> {
  for (const each of found.filter((secret) => isControlledBy(secret, controlPlane)))
    await deleteSeen(client, secrets, each, { signal });
}
