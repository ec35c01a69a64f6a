import type { HostPod, HostPodStatus, HostProgramStatus } from '@ignite/api/host-pod/host-pod';
import { withCondition } from '@ignite/toolkit/object/condition';

/** Pure. Returns the status of a pod. */
export function podStatus(
  { metadata, status }: HostPod,
  address: string,
  programs: readonly HostProgramStatus[],
  nowMs: number,
): HostPodStatus {
  const late = programs.filter(({ isReady }) => !isReady);
  const [isReady, message] = [
    late.length === 0,
    late.map(({ name, state, message: why = state }) => `${name}: ${why}`).join('; '),
  ];
  const next = {
    type: 'Ready',
    status: isReady ? 'True' : 'False',
    reason: isReady ? 'Ready' : 'NotReady',
    message,
    observedGeneration: metadata.generation,
  } as const;
  const old = status?.conditions?.find(({ type }) => type === 'Ready');
  const isSame =
    old?.status === next.status && old.message === message && old.observedGeneration === metadata.generation;
  return {
    address,
    programs,
    observedGeneration: metadata.generation,
    conditions: isSame
      ? (status?.conditions ?? [])
      : withCondition(status?.conditions ?? [], next, new Date(nowMs).toISOString()),
  };
}
