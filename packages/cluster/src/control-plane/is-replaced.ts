import { findCondition } from '../contract/conditions.ts';
import type { Machine } from '../kinds/machine.ts';

/**
 * Pure. Tells whether nothing is left to be done about a Machine that was noted as being replaced, although no other was
 * created in its place: it is gone and none is missing, or it is well again.
 * @param note the annotation that names the Machine
 */
export function isReplaced(note: string, machines: readonly Machine[], isComplete: boolean): boolean {
  const [, name] = /"machine":"([^"]+)"/.exec(note) ?? [];
  const machine = machines.find(({ metadata }) => metadata.name === name);
  if (!machine) return isComplete;
  return (
    machine.metadata.deletionTimestamp === undefined &&
    findCondition(machine, 'OwnerRemediated')?.status !== 'False'
  );
}
