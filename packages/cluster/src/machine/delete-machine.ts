import { KindClient } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { withFindings } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { annotations } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDrainRule } from '../kinds/machine-drain-rule.ts';
import type { Machine, MachineStatus } from '../kinds/machine.ts';
import { machineDrainRuleKind, machineKind } from '../kinds/object-kinds.ts';
import type { Reconciled, Work } from '../runtime/controller.ts';
import { deleteOwn, findExternal, findLeft } from '../runtime/external.ts';
import type { Node } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { cordon, drain } from './drain-node.ts';
import { rulesOfMachine } from './drain-rules.ts';
import { deleteNode, findNode } from './machine-node.ts';
import { phaseOf } from './machine-phase.ts';
import { type DeletionStep, planDeletion } from './plan-deletion.ts';
import { isOver } from './plan-drain.ts';

const retryMs = 20_000;
const providerMs = 5_000;
const defaultNodeDeletionSeconds = 10;

/** What the deletion of a Machine finds of its node. */
interface DeletedNode {
  readonly mayTouch: boolean;
  readonly workload: WorkloadCluster | undefined;
  /** Unknown while the control plane does not answer. */
  readonly node: Node | 'unknown' | undefined;
}

/** Takes one step of the deletion of a Machine. */
export async function deleteMachine(
  machine: Machine,
  cluster: Cluster | undefined,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<Machine>> {
  const { namespace } = machine.metadata;
  const owner = controllerReference(machineKind, machine);
  const nowMs = work.clock.now();
  const known = await nodeOf(machine, cluster, work, signal);
  const { status = {} } = machine;
  const { deletion = {} } = status;
  const { node } = known;
  const limits = machine.spec.deletion ?? {};
  const isWaitingForHook = status.conditions?.some(
    ({ type, reason }) =>
      type === 'Deleting' &&
      (reason === 'WaitingForPreTerminateHook' || reason === 'WaitingForInfrastructureDeletion'),
  );
  const isDrainOver = isOver(deletion.nodeDrainStartTime, limits.nodeDrainTimeoutSeconds, nowMs);
  const mayDrain =
    !isWaitingForHook && !Object.hasOwn(machine.metadata.annotations, annotations.excludeNodeDraining);
  const step = async (isDrained: boolean): Promise<DeletionStep> =>
    planDeletion({
      annotations: machine.metadata.annotations,
      mayTouchNode: known.mayTouch,
      isDrained: isDrained || !mayDrain || isDrainOver || !node,
      isDetached:
        !(node && node !== 'unknown' && node.status?.volumesAttached?.length) ||
        Object.hasOwn(machine.metadata.annotations, annotations.excludeVolumeDetach) ||
        isOver(deletion.waitForNodeVolumeDetachStartTime, limits.nodeVolumeDetachTimeoutSeconds, nowMs),
      hasInfrastructure:
        (await findLeft(machine.spec.infrastructureRef, owner, namespace, work)) !== undefined,
      hasBootstrapConfig:
        machine.spec.bootstrap.configRef !== undefined &&
        (await findLeft(machine.spec.bootstrap.configRef, owner, namespace, work)) !== undefined,
      hasNode:
        node !== undefined &&
        !isOver(
          deletion.nodeDeletionStartTime,
          limits.nodeDeletionTimeoutSeconds ?? defaultNodeDeletionSeconds,
          nowMs,
        ),
    });
  let next = await step(false);
  let message = '';
  if (next === 'DrainingNode' && known.workload && node && node !== 'unknown') {
    message = await drainProblem(known.workload, node, await rulesFor(machine, cluster, work), signal);
    if (message === '') next = await step(true);
  }
  return await take(next, { machine, status, message, known, work }, signal);
}

/**
 * Drains a node, and resolves with why that is not done yet; empty if it is. A failure does not end the reconcile: the
 * time that the drain may take goes on.
 */
async function drainProblem(
  workload: WorkloadCluster,
  node: Node,
  rules: readonly MachineDrainRule[],
  signal: AbortSignal,
): Promise<string> {
  try {
    await cordon(workload, node, signal);
    const left = await drain(workload, node, rules, signal);
    return left.length > 0 ? `Pods left: ${left.slice(0, 5).join(', ')}` : '';
  } catch (failure) {
    signal.throwIfAborted();
    return `the node cannot be drained: ${errorText(failure)}`;
  }
}

/** The rules are read when a node is drained, and not kept: that happens seldom. */
async function rulesFor(
  machine: Machine,
  cluster: Cluster | undefined,
  { objects }: Work,
): Promise<readonly MachineDrainRule[]> {
  if (!cluster) return [];
  const { namespace } = machine.metadata;
  const { items } = await new KindClient(objects.client, machineDrainRuleKind).list({ namespace });
  return rulesOfMachine(items, machine, cluster);
}

/** Deletes a node, and resolves with why that fails; empty if it does not. The time that it may take goes on. */
async function nodeDeletionProblem(
  workload: WorkloadCluster,
  node: Node,
  signal: AbortSignal,
): Promise<string> {
  try {
    await deleteNode(workload, node, signal);
    return '';
  } catch (failure) {
    signal.throwIfAborted();
    return `the node cannot be deleted: ${errorText(failure)}`;
  }
}

interface Taken {
  readonly machine: Machine;
  readonly status: MachineStatus;
  readonly message: string;
  readonly known: DeletedNode;
  readonly work: Work;
}

async function take(
  step: DeletionStep,
  { machine, status, message, known, work }: Taken,
  signal: AbortSignal,
): Promise<Reconciled<Machine>> {
  const { namespace } = machine.metadata;
  const owner = controllerReference(machineKind, machine);
  let problem = message;
  switch (step) {
    case 'WaitingForInfrastructureDeletion':
      await deleteOwn(machine.spec.infrastructureRef, owner, namespace, work);
      break;
    case 'WaitingForBootstrapDeletion':
      await deleteOwn(machine.spec.bootstrap.configRef, owner, namespace, work);
      break;
    case 'DeletingNode':
      if (known.workload && known.node && known.node !== 'unknown')
        problem = await nodeDeletionProblem(known.workload, known.node, signal);
      break;
    case 'DeletionCompleted':
      return { object: machine, isCleared: true };
    case 'DrainingNode':
    case 'WaitingForPreDrainHook':
    case 'WaitingForPreTerminateHook':
    case 'WaitingForVolumeDetach':
  }
  const nowMs = work.clock.now();
  const findings = {
    Deleting: { status: 'True', reason: step, message: problem },
    Ready: { status: 'False', reason: 'NotReady', message: 'the Machine is being deleted' },
    Available: { status: 'False', reason: 'NotReady', message: 'the Machine is being deleted' },
  } as const;
  const timed = withStepStart(status, step, nowMs);
  const conditions = withFindings(timed.conditions, findings, machine, nowMs);
  const object = { ...machine, status: { ...timed, conditions } };
  return {
    object: { ...object, status: { ...object.status, phase: phaseOf(machine) } },
    requeueAfterMs:
      step.startsWith('WaitingForInfra') || step.startsWith('WaitingForBoot') || step === 'DeletingNode'
        ? providerMs
        : retryMs,
  };
}

/** The fields of the status that note when a step began which has a time limit. */
const startFields: Partial<Record<DeletionStep, keyof NonNullable<MachineStatus['deletion']>>> = {
  DrainingNode: 'nodeDrainStartTime',
  WaitingForVolumeDetach: 'waitForNodeVolumeDetachStartTime',
  DeletingNode: 'nodeDeletionStartTime',
};

function withStepStart(status: MachineStatus, step: DeletionStep, nowMs: number): MachineStatus {
  const field = startFields[step];
  if (field === undefined || status.deletion?.[field] !== undefined) return status;
  return { ...status, deletion: { ...status.deletion, [field]: new Date(nowMs).toISOString() } };
}

/**
 * Looks for the node. Nothing is done to it where the whole cluster goes, or its control plane, or this is the last
 * Machine of that: nobody would be there to do it.
 */
async function nodeOf(
  machine: Machine,
  cluster: Cluster | undefined,
  work: Work,
  signal: AbortSignal,
): Promise<DeletedNode> {
  const none = { mayTouch: false, workload: undefined, node: undefined };
  if (!cluster || cluster.metadata.deletionTimestamp !== undefined) return none;
  if (!machine.status?.nodeRef) return none;
  const { controlPlaneRef } = cluster.spec;
  if (controlPlaneRef && (await work.providers.isDefined(controlPlaneRef))) {
    const { object } = await findExternal(controlPlaneRef, cluster.metadata.namespace, work);
    if (object?.metadata.deletionTimestamp !== undefined) return none;
  }
  if (isOfControlPlane(machine)) {
    const machines = await work.objects.ofCluster(machineKind, cluster);
    const others = machines.filter(
      (each) =>
        isOfControlPlane(each) &&
        each.metadata.name !== machine.metadata.name &&
        each.metadata.deletionTimestamp === undefined,
    );
    if (others.length === 0) return none;
  }
  const workload = await work.workloads.of(cluster, signal);
  if (!workload) return { mayTouch: true, workload, node: 'unknown' };
  return { mayTouch: true, workload, node: await findNode(workload, machine, signal) };
}
