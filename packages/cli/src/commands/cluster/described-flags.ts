import type { DescribedCluster } from '@ignite/cluster/operations/described-cluster';
import type { FlagValues } from '../../arguments/command.ts';
import { isHosted } from './plan-request.ts';

/** What a command asks for, and what of a description cannot be had. */
interface Asked {
  readonly flags: FlagValues;
  readonly remarks: readonly string[];
}

/**
 * Pure. Returns flags that ask for a cluster as it is described. Those that were given win.
 * @param hasKvm whether KVM works on the host
 */
export function askedFor(described: DescribedCluster, flags: FlagValues, hasKvm: boolean): Asked {
  const { version, controlPlanes, workers, shape, bringsPodNetwork, remarks } = described;
  const isInVms = !isHosted(
    flags.otherwise({ ...(version !== undefined && { kubernetes: version }) }),
    hasKvm,
  );
  // A hosted control plane has no node on which Pods could run.
  const isWithoutNodes = workers === 0 && !isInVms && !flags.isSet('workers');
  return {
    flags: flags.otherwise({
      workers: String(isWithoutNodes ? 1 : workers),
      ...(controlPlanes > 0 && { 'control-planes': String(controlPlanes) }),
      ...(version !== undefined && { kubernetes: version }),
      ...(bringsPodNetwork && { cni: 'none' }),
      ...shape,
    }),
    remarks: [
      ...remarks,
      ...(isWithoutNodes ? ['no workers: one is made, since a hosted control plane runs no Pods'] : []),
    ],
  };
}
