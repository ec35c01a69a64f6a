import type { HostPod, HostPodStatus, HostProgramStatus } from '@ignite/api/host-pod/host-pod';
import { isTrue, withCondition, withoutCondition } from '@ignite/toolkit/object/condition';

/** Pure. Returns the status of a pod whose programs have been looked at. */
export function podStatus(
  pod: HostPod,
  { address, reachedAt }: { readonly address?: string; readonly reachedAt?: string },
  programs: readonly HostProgramStatus[],
  nowMs: number,
): HostPodStatus {
  const late = programs.filter(({ isReady }) => !isReady);
  const message = late.map(({ name, state, message: why = state }) => `${name}: ${why}`).join('; ');
  const isReady = late.length === 0;
  const at = {
    ...(address !== undefined && { address }),
    ...(reachedAt !== undefined && { reachedAt }),
  };
  return { ...at, programs, ...readiness(pod, { isReady, message, nowMs }) };
}

/** Pure. Returns the status of a pod that could not be worked on. Nobody knows then whether its programs are ready. */
export function failedPodStatus(pod: HostPod, message: string, nowMs: number): HostPodStatus {
  const programs = pod.status?.programs?.map((program) => ({ ...program, isReady: false }));
  return {
    ...pod.status,
    ...(programs && { programs }),
    ...readiness(pod, { isReady: false, message, nowMs }),
  };
}

/** The condition of a pod that does not get all its routes. There is none while it gets them. */
const routesRefused = 'RoutesRefused';
/** The length of its message at most: a pod may have many routes. */
const problemLength = 1_024;

/**
 * Pure. Tells whether a pod has routes to be looked after. One that wants none has none left once it was ready in its present generation.
 */
export function mayHaveRoutes({ metadata: { generation }, spec, status }: HostPod): boolean {
  const { conditions = [] } = status ?? {};
  const ready = conditions.find(({ type }) => type === 'Ready');
  const isDone = ready?.status === 'True' && ready.observedGeneration === generation;
  return (spec.routes ?? []).length > 0 || !isDone || isTrue(conditions, routesRefused);
}

/** Pure. Returns a status with what is in the way of routes of the pod; empty if nothing is. */
export function withRouteProblem(
  { metadata }: HostPod,
  status: HostPodStatus,
  problem: string,
  nowMs: number,
): HostPodStatus {
  const { conditions = [] } = status;
  if (problem === '') return { ...status, conditions: withoutCondition(conditions, routesRefused) };
  const message = problem.length > problemLength ? `${problem.slice(0, problemLength)}…` : problem;
  const refused = {
    type: routesRefused,
    status: 'True',
    reason: routesRefused,
    message,
    observedGeneration: metadata.generation,
  } as const;
  return { ...status, conditions: withCondition(conditions, refused, new Date(nowMs).toISOString()) };
}

interface Readiness {
  readonly isReady: boolean;
  readonly message: string;
  readonly nowMs: number;
}

function readiness(
  { metadata, status }: HostPod,
  { isReady, message, nowMs }: Readiness,
): Required<Pick<HostPodStatus, 'observedGeneration' | 'conditions'>> {
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
    observedGeneration: metadata.generation,
    conditions: isSame
      ? (status?.conditions ?? [])
      : withCondition(status?.conditions ?? [], next, new Date(nowMs).toISOString()),
  };
}
