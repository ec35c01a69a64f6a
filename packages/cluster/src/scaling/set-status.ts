import type { Findings } from '../contract/conditions.ts';
import { finding } from '../contract/conditions.ts';
import type { Machine } from '../kinds/machine.ts';
import type { MachineSetStatus } from '../kinds/machine-set.ts';
import { isAvailable, isLeaving, isReady, isUpToDate } from './machine-view.ts';

/** Pure. Counts the Machines of a set. Those that are being deleted count until they are gone. */
export function countsOf(
  machines: readonly Machine[],
): Required<Pick<MachineSetStatus, 'replicas' | 'readyReplicas' | 'availableReplicas' | 'upToDateReplicas'>> {
  const count = (of: (machine: Machine) => boolean): number =>
    machines.filter((machine) => !isLeaving(machine) && of(machine)).length;
  return {
    replicas: machines.length,
    readyReplicas: count(isReady),
    availableReplicas: count(isAvailable),
    upToDateReplicas: count(isUpToDate),
  };
}

/** Pure. Returns the conditions that everything has which consists of Machines. */
export function replicaFindings(wanted: number, machines: readonly Machine[], isDeleted: boolean): Findings {
  const stuck = machines.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'OwnerRemediated' && is === 'False'),
  );
  const notReady = machines.filter((each) => !isReady(each)).map(({ metadata }) => metadata.name);
  const outdated = machines.filter((each) => !isUpToDate(each)).map(({ metadata }) => metadata.name);
  const target = isDeleted ? 0 : wanted;
  const none = { status: 'True', reason: 'NoReplicas' } as const;
  return {
    MachinesReady:
      machines.length === 0
        ? none
        : finding(
            notReady.length === 0,
            ['Ready', 'NotReady'],
            `Machines: ${notReady.toSorted().join(', ')}`,
          ),
    MachinesUpToDate:
      machines.length === 0
        ? none
        : finding(
            outdated.length === 0,
            ['UpToDate', 'NotUpToDate'],
            `Machines: ${outdated.toSorted().join(', ')}`,
          ),
    ScalingUp: finding(machines.length < target, ['ScalingUp', 'NotScalingUp']),
    ScalingDown: finding(machines.length > target, ['ScalingDown', 'NotScalingDown']),
    Remediating: finding(stuck.length > 0, ['Remediating', 'NotRemediating']),
    Deleting: finding(isDeleted, ['Deleting', 'NotDeleting']),
  };
}
