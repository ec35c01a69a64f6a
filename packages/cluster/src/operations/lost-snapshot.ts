import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { ClusterSnapshot } from '../kinds/cluster-snapshot.ts';

/** Pure. Says which Snapshot of a VM a snapshot of a cluster lacks; undefined if all of them are in the namespace of the cluster. */
export function lostSnapshot(
  { machines }: ClusterSnapshot['spec'],
  namespace: string,
  known: readonly Pick<Snapshot, 'metadata'>[],
): string | undefined {
  const names = new Set(
    known.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name),
  );
  const lost = machines.find(({ snapshot }) => !names.has(snapshot));
  return lost && `the Snapshot ${lost.snapshot} of the VM ${lost.vmName} is gone`;
}
