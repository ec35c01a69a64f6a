import { type Cluster, type ClusterPhase, isUsable } from '../kinds/cluster.ts';

/** Pure. Returns the phase of a Cluster; the last rule that holds decides. */
export function phaseOfCluster({ metadata, spec, status }: Cluster): ClusterPhase {
  const isThere =
    status?.initialization?.infrastructureProvisioned === true && isUsable(spec.controlPlaneEndpoint);
  if (metadata.deletionTimestamp !== undefined) return 'Deleting';
  if (isThere) return 'Provisioned';
  return spec.infrastructureRef || spec.controlPlaneRef ? 'Provisioning' : 'Pending';
}
