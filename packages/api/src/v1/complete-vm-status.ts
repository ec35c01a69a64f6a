import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { VmPhase } from './vm-phase.ts';

/** Pure. Returns a stored VM with a phase, which it lacks if somebody else has just put it into the store. */
export function completeVmStatus(stored: KubeObject): KubeObject {
  const status = stored.status as { readonly phase?: VmPhase } | undefined;
  return status?.phase === undefined ? { ...stored, status: { ...status, phase: 'Created' } } : stored;
}
