import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterClassKind, clusterKind } from '../kinds/object-kinds.ts';
import type { Topology } from '../kinds/topology.ts';
import type { ClusterSize, ScaleErrorCode } from './cluster-size.ts';

/** The name of the MachineDeployment that a command means where a topology has several. */
const usualWorkers = 'workers';

/** Changes the topology of a Cluster. */
export async function changeTopology(
  { metadata }: Cluster,
  change: (topology: Topology) => Topology,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<void> {
  await new KindClient(client, clusterKind).modify(
    metadata,
    (now) => ({
      ...now,
      spec: now.spec.topology ? { ...now.spec, topology: change(now.spec.topology) } : now.spec,
    }),
    { signal },
  );
}

/** Returns the versions that an upgrade of a Cluster goes through by its class; `undefined` if it has no topology. */
export async function upgradeSteps(
  { metadata: { namespace }, spec: { topology } }: Cluster,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  if (!topology) return undefined;
  const key = { namespace, name: topology.classRef.name };
  return (
    (await new KindClient(client, clusterClassKind).find(key, { signal }))?.spec.kubernetesVersions ?? []
  );
}

/**
 * Pure. Returns a topology with other numbers of Machines.
 * @throws CodedError CLUSTER_WORKERS_AMBIGUOUS
 */
export function withSize(topology: Topology, { workers, controlPlanes }: ClusterSize): Topology {
  return {
    ...topology,
    ...(controlPlanes !== undefined && {
      controlPlane: { ...topology.controlPlane, replicas: controlPlanes },
    }),
    ...(workers !== undefined && { workers: withWorkers(topology, workers) }),
  };
}

function withWorkers({ workers }: Topology, replicas: number): Topology['workers'] {
  const all = workers?.machineDeployments ?? [];
  const meant = all.length === 1 ? all[0] : all.find(({ name }) => name === usualWorkers);
  if (!meant)
    throw new CodedError<ScaleErrorCode>(
      'CLUSTER_WORKERS_AMBIGUOUS',
      `the topology has ${all.length} MachineDeployments, and none is called ${usualWorkers}`,
      { hint: 'change spec.topology.workers of the Cluster: kubectl edit cluster NAME' },
    );
  return {
    ...workers,
    machineDeployments: all.map((each) => (each === meant ? { ...each, replicas } : each)),
  };
}
