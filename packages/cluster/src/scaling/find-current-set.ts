import { isDeepStrictEqual } from 'node:util';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachineSet, MachineTemplate } from '../kinds/machine-set.ts';

/**
 * Pure. Returns the MachineSet whose Machines are as a MachineDeployment wants them. What can be changed in place,
 * such as labels and timeouts, makes no difference.
 */
export function findCurrentSet(
  { spec }: Pick<MachineDeployment, 'spec'>,
  sets: readonly MachineSet[],
  nowMs: number,
): MachineSet | undefined {
  const afterMs = spec.rollout?.after === undefined ? undefined : Date.parse(spec.rollout.after);
  const isDue = afterMs !== undefined && afterMs <= nowMs;
  return sets
    .toSorted(
      (a, b) =>
        b.spec.replicas - a.spec.replicas ||
        createdMs(a) - createdMs(b) ||
        a.metadata.name.localeCompare(b.metadata.name, 'en'),
    )
    .find((set) => isSameTemplate(set.spec.template, spec.template) && (!isDue || createdMs(set) >= afterMs));
}

/** Pure. Tells whether Machines of one template need not be replaced by those of another. */
export const isSameTemplate = ({ spec: a }: MachineTemplate, { spec: b }: MachineTemplate): boolean =>
  isDeepStrictEqual(decisive(a), decisive(b));

/** A Secret that a bootstrap provider has named for its config says nothing of its own. */
const decisive = ({ version, bootstrap, infrastructureRef, failureDomain }: MachineTemplate['spec']) => ({
  version,
  bootstrap: bootstrap.configRef ?? bootstrap.dataSecretName,
  infrastructureRef,
  failureDomain,
});

const createdMs = ({ metadata }: MachineSet): number => Date.parse(metadata.creationTimestamp);
