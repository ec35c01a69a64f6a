import { hooks } from '../contract/names.ts';

/** What is known of a Machine that is being deleted, and of what belongs to it. */
export interface DeletedMachine {
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether something may be done to the node: it is there, and its cluster goes on without it. */
  readonly mayTouchNode: boolean;
  /** Whether the drain is done, excluded, or has taken too long. */
  readonly isDrained: boolean;
  /** Whether no volume is attached to the node, or the wait for that is excluded or has taken too long. */
  readonly isDetached: boolean;
  readonly hasInfrastructure: boolean;
  readonly hasBootstrapConfig: boolean;
  /** Whether the node is there, and there is still time to delete it. */
  readonly hasNode: boolean;
}

/** The next step of a deletion; its name is the reason of the condition `Deleting`. */
export type DeletionStep =
  | 'WaitingForPreDrainHook'
  | 'DrainingNode'
  | 'WaitingForVolumeDetach'
  | 'WaitingForPreTerminateHook'
  | 'WaitingForInfrastructureDeletion'
  | 'WaitingForBootstrapDeletion'
  | 'DeletingNode'
  | 'DeletionCompleted';

/** Pure. Returns the next step of the deletion of a Machine. */
export function planDeletion(machine: DeletedMachine): DeletionStep {
  const { mayTouchNode, isDrained, isDetached, hasInfrastructure, hasBootstrapConfig, hasNode } = machine;
  if (hasHook(machine.annotations, hooks.preDrain)) return 'WaitingForPreDrainHook';
  if (mayTouchNode && hasInfrastructure && !isDrained) return 'DrainingNode';
  if (mayTouchNode && hasInfrastructure && !isDetached) return 'WaitingForVolumeDetach';
  if (hasInfrastructure && hasHook(machine.annotations, hooks.preTerminate))
    return 'WaitingForPreTerminateHook';
  if (hasInfrastructure) return 'WaitingForInfrastructureDeletion';
  if (hasBootstrapConfig) return 'WaitingForBootstrapDeletion';
  return mayTouchNode && hasNode ? 'DeletingNode' : 'DeletionCompleted';
}

const hasHook = (annotations: Readonly<Record<string, string>>, prefix: string): boolean =>
  Object.keys(annotations).some((name) => name === prefix || name.startsWith(`${prefix}/`));
