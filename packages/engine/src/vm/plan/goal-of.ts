import type { Vm } from '@ignite/api/v1/vm';
import { type VmPhase, hasVmm } from '@ignite/api/v1/vm-phase';
import { isNewWish } from '@ignite/api/v1/life-wish';
import { isToBeRestored } from './plan-restore.ts';

/** What is to become of a VM. */
export type VmGoal =
  | { readonly kind: 'running' | 'paused' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'gone' }
  /** The VM stops and comes up again. */
  | { readonly kind: 'restarted'; readonly as: 'running' | 'paused' }
  /** The VM is down and stays so, at least for now. */
  | { readonly kind: 'rest' };

export interface GoalFacts {
  /** The phase as it is now, which may not have been recorded. */
  readonly truePhase: VmPhase;
  readonly nowMs: number;
  /** Tries a failed start again although its back-off is not over. */
  readonly retryNow?: boolean;
}

/**
 * Pure. Returns the goal of a VM, which follows from its deletion, its wanted power, a restart that was asked
 * for, and its restart policy. The caller holds the VM's lock, so nobody else starts the VM at this moment.
 */
export function goalOf(vm: Vm, facts: GoalFacts): VmGoal {
  const { metadata, spec } = vm;
  if (metadata.deletionTimestamp !== undefined) return { kind: 'gone' };
  if (spec.power === 'Stopped') return { kind: 'stopped' };
  if (spec.power === 'Suspended') return suspensionOf(vm, facts.truePhase);
  const up = spec.power === 'Paused' ? 'paused' : 'running';
  const isUp = hasVmm({ status: { phase: facts.truePhase } });
  // A VM that is stopping may be up yet.
  const mayBeUp = isUp || facts.truePhase === 'Stopping' || facts.truePhase === 'Suspended';
  if (isNewWish(vm)) return mayBeUp ? { kind: 'restarted', as: up } : { kind: up };
  return { kind: isUp || isDue(vm, facts) ? up : 'rest' };
}

/** Returns the goal of a VM that shall be suspended. One that is down has nothing that could be saved, and is stopped. */
function suspensionOf({ status }: Vm, truePhase: VmPhase): VmGoal {
  if (truePhase === 'Suspended') return { kind: status.phase === 'Suspended' ? 'rest' : 'suspended' };
  return { kind: hasVmm({ status: { phase: truePhase } }) ? 'suspended' : 'stopped' };
}

/** Tells whether a VM that is down, although it was brought up as it is wanted, comes up again now. */
function isDue(vm: Vm, { truePhase, nowMs, retryNow = false }: GoalFacts): boolean {
  const { phase, restarts, startRetry } = vm.status;
  if (truePhase === 'Suspended') return retryNow || isOver(startRetry?.nextTime, nowMs);
  switch (phase) {
    case 'Created':
    case 'Starting': // its start was cut short
      return true;
    case 'Failed':
      return retryNow || isOver(startRetry?.nextTime, nowMs);
    case 'Restarting':
      return isOver(restarts?.nextTime, nowMs);
    case 'Running':
    case 'Paused':
    case 'Stopping':
    case 'Stopped':
    case 'Suspended': // its saved state is gone
    case 'Unknown':
      return isToBeRestored(vm, truePhase);
  }
}

const isOver = (time: string | undefined, nowMs: number): boolean =>
  time === undefined || Date.parse(time) <= nowMs;

/** Pure. Tells whether a VM is as its goal wants it, or somebody is bringing it there, as far as its phase tells. */
export function isReached(goal: VmGoal, truePhase: VmPhase): boolean {
  switch (goal.kind) {
    case 'running':
      return ['Running', 'Starting', 'Restarting'].includes(truePhase);
    case 'paused':
      return ['Paused', 'Starting', 'Restarting'].includes(truePhase);
    case 'stopped':
      return truePhase === 'Created' || truePhase === 'Stopped' || truePhase === 'Failed';
    case 'suspended':
      return truePhase === 'Suspended';
    case 'rest':
      return true;
    case 'gone':
    case 'restarted':
      return false;
  }
}
