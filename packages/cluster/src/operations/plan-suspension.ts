import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { type Vm, type VmSpec, firstStartPauseMs } from '@ignite/api/v1/vm';
import { findCondition } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { isSeen } from '../contract/is-seen.ts';

/** What of a cluster runs on hosts: its VMs, and the pods of its control plane and its endpoint. */
export interface ClusterParts {
  readonly vms: readonly Vm[];
  readonly pods: readonly HostPod[];
}

/** What is wished of the parts of a cluster next. */
export interface PowerPlan {
  readonly vms: readonly { readonly vm: Vm; readonly power: VmSpec['power'] }[];
  readonly pods: readonly { readonly pod: HostPod; readonly power: 'Running' | 'Stopped' }[];
  /** What is waited for, in words; `undefined` if all is as it is to be. */
  readonly lacks: string | undefined;
}

/**
 * Pure. Plans the suspension of a cluster. All guests stand still before the first of them is saved, so that none notices that another
 * one is gone. A VM that is to be stopped is left alone.
 */
export function planSuspension(parts: ClusterParts): PowerPlan {
  // What waits to be saved has stood still before.
  const stillness = planStillnessOf(parts, (vm) => isStill(vm) || isHeld(vm));
  if (stillness.lacks !== undefined) return stillness;
  const unsaved = parts.vms.filter(isMeant).filter((vm) => !isSaved(vm));
  const { pods, lacks } = planEnd(parts);
  return {
    vms: unsaved.filter(({ spec }) => spec.power !== 'Suspended').map((vm) => ({ vm, power: 'Suspended' })),
    pods,
    lacks: unsaved.length > 0 ? `${listOf(unsaved)} to be suspended` : lacks,
  };
}

/** Pure. Plans how the programs of all pods of a cluster end. */
export function planEnd({ pods }: Pick<ClusterParts, 'pods'>): PowerPlan {
  const running = pods.filter((pod) => !isStopped(pod));
  return {
    vms: [],
    pods: running.filter(({ spec }) => spec.power !== 'Stopped').map((pod) => ({ pod, power: 'Stopped' })),
    lacks: running.length > 0 ? `the programs of ${listOf(running)} to end` : undefined,
  };
}

/** Pure. Plans how all guests of a cluster come to stand still, in memory or saved. */
export const planStillness = (parts: Pick<ClusterParts, 'vms'>): PowerPlan => planStillnessOf(parts, isStill);

function planStillnessOf({ vms }: Pick<ClusterParts, 'vms'>, isStanding: (vm: Vm) => boolean): PowerPlan {
  const awake = vms.filter((vm) => isMeant(vm) && !isStanding(vm));
  return {
    // A VM that is down would come up to stand still.
    vms: awake
      .filter(({ spec }) => spec.power === 'Running')
      .map((vm) => ({ vm, power: isDown(vm) ? 'Suspended' : 'Paused' })),
    pods: [],
    lacks: awake.length > 0 ? `${listOf(awake)} to stand still` : undefined,
  };
}

/**
 * Pure. Plans how a suspended cluster goes on: first the control plane, which the others look for as soon as they go on. Their memory is loaded
 * meanwhile, which takes as long. A VM that is to be stopped is left alone.
 */
export function planResumption({ vms, pods }: ClusterParts): PowerPlan {
  const meant = vms.filter(isMeant);
  const late = pods.filter((pod) => !isReady(pod));
  const head = meant.filter((vm) => isOfControlPlane(vm) && !isUp(vm));
  if (late.length > 0 || head.length > 0)
    return {
      vms: [...brought(head), ...loaded(meant.filter((vm) => !isOfControlPlane(vm)))],
      pods: late.filter(({ spec }) => spec.power === 'Stopped').map((pod) => ({ pod, power: 'Running' })),
      lacks: late.length > 0 ? `the programs of ${listOf(late)}` : `${listOf(head)} to go on`,
    };
  const rest = meant.filter((vm) => !isUp(vm));
  return {
    vms: brought(rest),
    pods: [],
    lacks: rest.length > 0 ? `${listOf(rest)} to go on` : undefined,
  };
}

/**
 * Pure. Returns what the host says of a VM that has failed to go on again and again, if there is one. What it lacked the first time, such as memory, may have
 * come since.
 */
export function startFailure({ vms }: Pick<ClusterParts, 'vms'>): string | undefined {
  const failed = vms.find(
    (vm) =>
      (vm.spec.power === 'Running' || vm.spec.power === 'Paused') &&
      isSeen(vm) &&
      isDown(vm) &&
      (vm.status.startRetry?.pauseMs ?? 0) > firstStartPauseMs,
  );
  return failed && `${failed.metadata.name}: ${failed.status.message ?? failed.status.phase}`;
}

const brought = (vms: readonly Vm[]): PowerPlan['vms'] =>
  vms.filter(({ spec }) => spec.power !== 'Running').map((vm) => ({ vm, power: 'Running' }));

/** Guests that are saved stand still in memory from then on. */
const loaded = (vms: readonly Vm[]): PowerPlan['vms'] =>
  vms
    .filter(({ spec, status }) => spec.power === 'Suspended' && status.phase === 'Suspended')
    .map((vm) => ({ vm, power: 'Paused' }));

/**
 * Pure. Returns why a VM cannot be suspended, as far as its object tells, or undefined if it can.
 */
export function suspensionProblem({ spec: { machine, storage } }: Vm): string | undefined {
  if (machine?.vmm === 'firecracker') return 'the state of a VM under Firecracker cannot be saved';
  const folder = storage?.volumes.find(({ hostPath }) => hostPath);
  return folder && `the state of a shared folder, which "${folder.name}" is, cannot be saved`;
}

const isMeant = ({ metadata, spec }: Vm): boolean =>
  metadata.deletionTimestamp === undefined && spec.power !== 'Stopped';

const isDown = ({ status: { phase } }: Vm): boolean =>
  phase === 'Created' || phase === 'Stopped' || phase === 'Failed' || phase === 'Suspended';

/** A phase alone does not tell: a VM is recorded as paused before it is. */
const isStill = (vm: Vm): boolean =>
  isSaved(vm) || (vm.spec.power === 'Paused' && isSeen(vm) && (vm.status.phase === 'Paused' || isDown(vm)));

/** A VM that was to be saved while it ran is not held: it runs on until its host gets to it. */
const isHeld = ({ spec, status }: Vm): boolean => spec.power === 'Suspended' && status.phase === 'Paused';

const isSaved = (vm: Vm): boolean => vm.spec.power === 'Suspended' && isSeen(vm) && isDown(vm);

const isUp = (vm: Vm): boolean => vm.spec.power === 'Running' && isSeen(vm) && vm.status.phase === 'Running';

const isStopped = (pod: HostPod): boolean =>
  pod.spec.power === 'Stopped' &&
  isSeen(pod) &&
  (pod.status?.programs ?? []).every(({ state }) => state === 'Ended');

export const isReady = (pod: HostPod): boolean =>
  pod.spec.power !== 'Stopped' && isSeen(pod) && findCondition(pod, 'Ready')?.status === 'True';

/** Names what is waited for, with what its host says of it. */
function listOf(objects: readonly (Vm | HostPod)[]): string {
  const [first] = objects;
  const { name } = first!.metadata;
  const why =
    first!.kind === 'HostPod' ? findCondition(first!, 'Ready')?.message : (first as Vm).status.message;
  const named = why ? `${name} (${why})` : name;
  return objects.length === 1 ? named : `${named} and ${objects.length - 1} more`;
}
