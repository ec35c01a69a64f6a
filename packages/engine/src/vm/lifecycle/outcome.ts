import { awaitsBootstrap } from '@ignite/api/v1/awaits-bootstrap';
import type { Vm } from '@ignite/api/v1/vm';
import type { Condition } from '@ignite/toolkit/object/condition';
import { bootstrapLookMs } from '../plan/bootstrap-look-ms.ts';

/** What a reconciliation has led to. */
export interface Outcome {
  readonly vm: Vm;
  readonly conditions: readonly Condition[];
  /** When to reconcile the VM again although nobody changes it, in milliseconds from now. */
  readonly requeueAfterMs?: number;
  /** Why the VM could not be brought up, if so. Its status tells it too. */
  readonly failure?: unknown;
}

/** Pure. Returns the outcome for a VM as it is stored now. */
export function outcomeOf(vm: Vm, nowMs: number, failure?: unknown): Outcome {
  const requeueAfterMs = untilNextMs(vm, nowMs);
  return {
    vm,
    conditions: vm.status.conditions ?? [],
    ...(requeueAfterMs !== undefined && { requeueAfterMs }),
    ...(failure !== undefined && { failure }),
  };
}

function untilNextMs(vm: Vm, nowMs: number): number | undefined {
  const nextTime = nextTimeOf(vm);
  if (nextTime !== undefined) return Math.max(0, Date.parse(nextTime) - nowMs);
  return vm.status.phase === 'Running' && awaitsBootstrap(vm) ? bootstrapLookMs(vm, nowMs) : undefined;
}

function nextTimeOf({ spec: { power }, status: { phase, restarts, startRetry } }: Vm): string | undefined {
  if (phase === 'Restarting') return restarts?.nextTime;
  // A guest that shall stay suspended is not tried again, although its last start has failed.
  const isWaiting = phase === 'Failed' || (phase === 'Suspended' && power !== 'Suspended');
  return isWaiting ? startRetry?.nextTime : undefined;
}
