import type { NewObject } from '@ignite/toolkit/client/object-client';
import { kubeadmControlPlaneKind, machineDeploymentKind } from '../kinds/object-kinds.ts';
import { planCluster } from '../operations/plan-cluster.ts';

const shape = {
  image: '${IGNITE_IMAGE_NAME:=ignite-kubernetes}:${KUBERNETES_VERSION}',
  ...{ cpus: 2, memory: '${IGNITE_MEMORY:=2GB}', diskSize: '${IGNITE_DISK_SIZE:=10GB}' },
};

/** What else the kinds with numbers of machines are given, which here are no numbers. */
const given: Readonly<Record<string, object>> = {
  [kubeadmControlPlaneKind.kind]: { replicas: '${CONTROL_PLANE_MACHINE_COUNT}' },
  // The definition of Cluster API requires a selector, and its webhook completes it.
  [machineDeploymentKind.kind]: { replicas: '${WORKER_MACHINE_COUNT}', selector: { matchLabels: {} } },
};

/**
 * Pure. Returns the objects of a cluster with the variables that clusterctl fills in: a control plane in VMs, behind a load
 * balancer of a host.
 */
export function clusterTemplate(): readonly object[] {
  const planned = planCluster({
    ...{ name: '${CLUSTER_NAME}', namespace: '${NAMESPACE}', version: '${KUBERNETES_VERSION}' },
    distribution: 'kubeadm',
    controlPlane: { kind: 'vm', replicas: 1, shape },
    workers: { replicas: 1, shape },
    podNetwork: { kind: 'podnet' },
    isEmulated: false,
  });
  return planned.map(({ object }) => completed(object));
}

const completed = (object: NewObject): object => ({
  ...object,
  ...(given[object.kind] && { spec: { ...(object['spec'] as object), ...given[object.kind] } }),
});
