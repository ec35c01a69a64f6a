import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import { machineDeploymentKind } from '../kinds/object-kinds.ts';
import { workersName } from './cluster-names.ts';
import type { ClusterSize, ScaleErrorCode } from './cluster-size.ts';
import { type ClusterView, kindOf } from './cluster-view.ts';
import { changeTopology, withSize } from './topology-wish.ts';

/** @throws CodedError CLUSTER_WORKERS_AMBIGUOUS, CLUSTER_CONTROL_PLANE_MISSING, CLUSTER_ENDPOINT_OF_REPLICA */
export async function scaleCluster(
  view: ClusterView,
  size: ClusterSize,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<void> {
  const { workers, controlPlanes } = size;
  const { cluster } = view;
  if (controlPlanes !== undefined && controlPlanes > 1) assertCanGrow(view);
  if (cluster.spec.topology)
    return await changeTopology(cluster, (topology) => withSize(topology, size), client, signal);
  if (controlPlanes !== undefined) {
    const { controlPlane } = view;
    if (!controlPlane) throw controlPlaneMissing(view);
    await objectsOf(client, kindOf(view.cluster.spec.controlPlaneRef!)).modify(
      controlPlane.metadata,
      (now) => ({ ...now, spec: { ...(now.spec as object), replicas: controlPlanes } }),
      { signal },
    );
  }
  if (workers !== undefined)
    await new KindClient(client, machineDeploymentKind).modify(
      workersOf(view).metadata,
      (now) => (now.spec.replicas === workers ? now : { ...now, spec: { ...now.spec, replicas: workers } }),
      { signal },
    );
}

/** Refuses what would be waited for without end: an endpoint that is the address of a replica leads to no other one. */
function assertCanGrow({ cluster, replicas }: ClusterView): void {
  const { host } = cluster.spec.controlPlaneEndpoint ?? {};
  if (host === undefined || !replicas.some(({ status }) => status?.address === host)) return;
  throw new CodedError<ScaleErrorCode>(
    'CLUSTER_ENDPOINT_OF_REPLICA',
    `the endpoint of cluster "${cluster.metadata.name}" is the address of the only replica of its control plane, and cannot be changed`,
    { hint: 'create another cluster with --control-planes 3, whose endpoint is a load balancer' },
  );
}

/** Pure. Returns the workers that a command means: those that Ignite has made, or the only ones there are. */
function workersOf({ cluster: { metadata }, deployments }: ClusterView): MachineDeployment {
  const own = deployments.find((each) => each.metadata.name === workersName(metadata.name));
  const [only, ...others] = deployments;
  if (own) return own;
  if (only && others.length === 0) return only;
  throw new CodedError<ScaleErrorCode>(
    'CLUSTER_WORKERS_AMBIGUOUS',
    `cluster "${metadata.name}" has ${deployments.length} MachineDeployments, and none is called ${workersName(metadata.name)}`,
    { hint: 'scale one of them: kubectl scale machinedeployment NAME --replicas N' },
  );
}

export const controlPlaneMissing = ({ cluster }: ClusterView): CodedError<ScaleErrorCode> =>
  new CodedError(
    'CLUSTER_CONTROL_PLANE_MISSING',
    `cluster "${cluster.metadata.name}" has no control plane that is managed`,
    {
      hint: 'create the object that spec.controlPlaneRef of the Cluster names',
    },
  );
