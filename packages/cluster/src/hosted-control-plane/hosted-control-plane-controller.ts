import { isDeepStrictEqual } from 'node:util';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { annotations, finalizers, labels } from '../contract/names.ts';
import { controllerReference, isControlledBy, ownerReference, withOwner } from '../contract/owner.ts';
import { type Cluster, type Endpoint, isUsable } from '../kinds/cluster.ts';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { clusterKind, hostedControlPlaneKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { type Reached, ensureKeys, ensureKubeconfig, readKeys } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { coreDnsObjects, kubeProxyObjects } from './addon-objects.ts';
import { apiServerPort, ensureComponentSecrets } from './component-secrets.ts';
import { findExternalEtcd } from './external-etcd.ts';
import { withHostedStatus } from './hosted-status.ts';
import { type ClusterFacts, nodeObjects } from './node-objects.ts';
import { isServing, planPrograms } from './plan-programs.ts';
import { networkOf } from './service-network.ts';
import { hashOf, writeObjects } from './write-objects.ts';
import type { WrittenObject } from './written-object.ts';

const waitMs = 5_000;
const lookMs = 60_000;
const deletionMs = 2_000;

/** Keeps control planes whose components a host runs without a VM: keys, a pod of the host, and what nodes look for. */
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
  { nowMs, pod }: { readonly nowMs: number; readonly pod?: HostPod | undefined },
): Reconciled<HostedControlPlane> => ({
  object: withHostedStatus(object, {
    ...{ pod, waitsFor, nowMs, isReachable: false },
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
  const wait = (object: HostedControlPlane, waitsFor: string, pod?: HostPod) =>
    waiting(object, waitsFor, { pod, nowMs: work.clock.now() });
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
  const pod = await ensurePod(controlPlane, clusterName, work);
  if (!pod)
    return wait(
      controlPlane,
      isInitialized
        ? `the HostPod ${podName(controlPlane)} is gone, and with it the data of the cluster`
        : `the HostPod ${podName(controlPlane)} belongs to somebody else`,
    );
  const address = pod.status?.address;
  if (address === undefined) return wait(controlPlane, 'a host has to give the API server an address', pod);
  const located = await withEndpoint(controlPlane, address, work);
  const endpoint = [cluster.spec.controlPlaneEndpoint, located.spec.controlPlaneEndpoint].find(isUsable)!;
  const foreign = await ensureComponentSecrets(
    client,
    { ...place, spec: located.spec, keys, network, address, endpoint },
    making,
    signal,
  );
  if (foreign !== undefined) return wait(located, `the Secret ${foreign} belongs to somebody else`, pod);
  await ensureKubeconfig(client, { ...place, ...reachedAs(pod, endpoint) }, making, signal);
  const planned = {
    ...{ spec: located.spec, clusterName, network, address, pod },
    ...(etcd && { etcdServers: etcd.servers }),
  };
  const running = await withPrograms(pod, planPrograms(planned), work);
  const workload = await work.workloads.of(cluster, signal);
  if (!workload) return wait(located, '', running);
  // Nothing in a cluster may be of a newer version than its API server.
  const written = isServing(running, located.spec)
    ? await withObjects(
        located,
        workload,
        { clusterName, endpoint, network, authority: keys.ca.certificate },
        signal,
      )
    : located;
  return {
    object: withHostedStatus(written, {
      pod: running,
      isReachable: true,
      isInitialized: isInitialized || written !== located,
      waitsFor: '',
      nowMs: work.clock.now(),
    }),
    requeueAfterMs: lookMs,
  };
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

const podName = ({ metadata }: HostedControlPlane): string => metadata.name;

/**
 * Returns the pod of a control plane. A new one has no programs: keys can be made once its address is known. The pod has the
 * data, so that a cluster that has begun gets no other one, which would be empty.
 */
async function ensurePod(
  controlPlane: HostedControlPlane,
  clusterName: string,
  { objects }: Work,
): Promise<HostPod | undefined> {
  const { namespace } = controlPlane.metadata;
  const name = podName(controlPlane);
  const found = await objects.get(hostPodKind, { namespace, name });
  if (found) return isControlledBy(found, controlPlane) ? found : undefined;
  if (isBegun(controlPlane)) return undefined;
  const { hostName } = controlPlane.spec;
  return await objects.create(hostPodKind, {
    metadata: {
      ...{ name, namespace },
      labels: { [labels.cluster]: clusterName, [labels.controlPlane]: '' },
      ownerReferences: [controllerReference(hostedControlPlaneKind, controlPlane)],
    },
    spec: { ...(hostName !== undefined && { hostName }), programs: [] },
  });
}

/** The endpoint is that of the API server unless people have chosen another one, which leads to it. */
async function withEndpoint(
  controlPlane: HostedControlPlane,
  address: string,
  { objects }: Work,
): Promise<HostedControlPlane> {
  const { controlPlaneEndpoint } = controlPlane.spec;
  if (isUsable(controlPlaneEndpoint)) return controlPlane;
  const endpoint = { host: controlPlaneEndpoint?.host || address, port: apiServerPort };
  return await objects.write(hostedControlPlaneKind, controlPlane, {
    ...controlPlane,
    spec: { ...controlPlane.spec, controlPlaneEndpoint: endpoint },
  });
}

/** The host reaches a pod that is behind a router at an address that nobody else has for it, and that no certificate names. */
const reachedAs = ({ status }: HostPod, endpoint: Required<Endpoint>): Reached =>
  status?.reachedAt === undefined
    ? { endpoint }
    : { endpoint: { host: status.reachedAt, port: apiServerPort }, serverName: 'kubernetes' };

async function withPrograms(
  pod: HostPod,
  programs: HostPod['spec']['programs'],
  { objects }: Work,
): Promise<HostPod> {
  if (isDeepStrictEqual(pod.spec.programs, programs)) return pod;
  return await objects.write(hostPodKind, pod, { ...pod, spec: { ...pod.spec, programs } });
}

/** The pod goes before the control plane, and with it all that its host has of it. The keys go last. */
async function takeDown(
  controlPlane: HostedControlPlane,
  { objects, clock }: Work,
  signal: AbortSignal,
): Promise<Reconciled<HostedControlPlane>> {
  const { namespace } = controlPlane.metadata;
  const pod = await objects.get(hostPodKind, { namespace, name: podName(controlPlane) });
  if (!pod || !isControlledBy(pod, controlPlane)) {
    await deleteSecrets(controlPlane, objects.client, signal);
    return { object: controlPlane, isCleared: true };
  }
  await objects.delete(hostPodKind, pod);
  const waitsFor = 'the components are being ended';
  return {
    object: withHostedStatus(controlPlane, {
      ...{ pod, waitsFor, isReachable: false, isInitialized: isBegun(controlPlane), nowMs: clock.now() },
    }),
    requeueAfterMs: deletionMs,
  };
}

/** A new cluster of the same name must find no keys that the garbage collector is about to take away. */
async function deleteSecrets(
  controlPlane: HostedControlPlane,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = controlPlane.metadata;
  const { items } = await objectsOf(client, secrets).list({ namespace, signal });
  for (const secret of items.filter((each) => isControlledBy(each, controlPlane))) {
    try {
      await objectsOf(client, secrets).delete(secret.metadata, {
        signal,
        preconditions: { uid: secret.metadata.uid },
      });
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    }
  }
}
