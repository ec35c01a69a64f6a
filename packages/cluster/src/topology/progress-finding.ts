import type { Finding } from '../contract/conditions.ts';
import type { UpgradeProgress } from './plan-versions.ts';

/** Pure. Says how far an upgrade to a version is, as the condition `TopologyReconciled`. */
export function progressFinding(
  version: string,
  { controlPlane, upgrading, pending, deferred, uncreated }: UpgradeProgress,
): Finding {
  const parts = [
    ...(controlPlane === 'done' ? [] : [`the control plane is ${controlPlane}`]),
    ...told('upgrading', upgrading),
    ...told('pending', pending),
    ...told('deferred', deferred),
    ...told('created later', uncreated),
  ];
  if (parts.length === 0) return { status: 'True', reason: 'ReconcileSucceeded' };
  const isDeferred =
    controlPlane === 'done' && [upgrading, pending, uncreated].every((each) => each.length === 0);
  return {
    status: 'False',
    reason: isDeferred ? 'MachineDeploymentsUpgradeDeferred' : 'ClusterUpgrading',
    message: `the cluster is upgraded to ${version}: ${parts.join('; ')}`,
  };
}

/** The number of names that a message holds. */
const most = 3;

function told(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const [shown, more] = [names.slice(0, most), names.length - most];
  return [`${what}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}
