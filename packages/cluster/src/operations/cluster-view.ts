import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { type KindResource, KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { contractVersion } from '../contract/groups.ts';
import { labels } from '../contract/names.ts';
import { isControlledBy } from '../contract/owner.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachinePool } from '../kinds/machine-pool.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterKind,
  hostedControlPlaneKind,
  machineDeploymentKind,
  machineKind,
  machinePoolKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import { pluralOf } from '../runtime/provider-kinds.ts';

export interface ClusterKey {
  readonly namespace: string;
  readonly name: string;
}

/** A Cluster with what belongs to it, as far as people look at it. */
export interface ClusterView {
  readonly cluster: Cluster;
  readonly infrastructure: KubeObject | undefined;
  readonly controlPlane: KubeObject | undefined;
  readonly deployments: readonly MachineDeployment[];
  readonly pools: readonly MachinePool[];
  readonly sets: readonly MachineSet[];
  readonly machines: readonly Machine[];
  /** The replicas of a hosted control plane. */
  readonly replicas: readonly HostPod[];
}

/** Returns `undefined` if there is no such Cluster. */
export async function viewCluster(
  client: ObjectClient,
  key: ClusterKey,
  signal: AbortSignal,
): Promise<ClusterView | undefined> {
  const cluster = await new KindClient(client, clusterKind).find(key, { signal });
  if (!cluster) return undefined;
  const referred = async (reference: ContractReference | undefined): Promise<KubeObject | undefined> =>
    reference &&
    (await objectsOf(client, kindOf(reference)).find(
      { namespace: key.namespace, name: reference.name },
      { signal },
    ));
  const own = { ...ofCluster(key), signal };
  const [infrastructure, controlPlane, deployments, pools, sets, machines] = await Promise.all([
    referred(cluster.spec.infrastructureRef),
    referred(cluster.spec.controlPlaneRef),
    new KindClient(client, machineDeploymentKind).list(own),
    new KindClient(client, machinePoolKind).list(own),
    new KindClient(client, machineSetKind).list(own),
    new KindClient(client, machineKind).list(own),
  ]);
  const pods =
    controlPlane?.kind === hostedControlPlaneKind.kind
      ? (await new KindClient(client, hostPodKind).list(own)).items
      : [];
  return {
    ...{ cluster, infrastructure, controlPlane },
    replicas: pods.filter((pod) => isControlledBy(pod, controlPlane!)),
    deployments: deployments.items,
    pools: pools.items,
    sets: sets.items,
    machines: machines.items,
  };
}

/** Pure. Selects what has the label of a Cluster. */
export const ofCluster = ({ namespace, name }: ClusterKey) => ({
  namespace,
  labels: [{ key: labels.cluster, operator: 'In', values: [name] }] as const,
});

/** Pure. Returns the kind that a reference means, in the version of the contract. */
export const kindOf = ({ apiGroup, kind }: Pick<ContractReference, 'apiGroup' | 'kind'>): KindResource => ({
  group: apiGroup,
  version: contractVersion,
  resource: pluralOf(kind),
  kind,
});
