import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { type Condition, withCondition, withoutCondition } from '@ignite/toolkit/object/condition';
import { findCondition, finding, withFindings } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { annotations, labels } from '../contract/names.ts';
import { controllerReference, ownerReference, withOwner } from '../contract/owner.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineHealthCheck } from '../kinds/machine-health-check.ts';
import type { Machine } from '../kinds/machine.ts';
import { clusterKind, machineHealthCheckKind, machineKind } from '../kinds/object-kinds.ts';
import { cloneTemplate } from '../runtime/clone-template.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { type Node, nodes } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { allowedRemediations } from './allowed-remediations.ts';
import { type Health, checkTarget } from './check-target.ts';

const leewayMs = 1_000;
/** How often nodes are looked at although nothing was heard of them. */
const lookMs = 30_000;

/** Says which Machines are unhealthy. It deletes none: their owners replace them. */
export const machineHealthCheckController: Controller<MachineHealthCheck> = {
  name: 'machine-health-check',
  kind: machineHealthCheckKind,
  clusterOf: ({ spec }) => spec.clusterName,
  reconcile: async ({ object, cluster }, work, signal) => {
    if (!cluster || object.metadata.deletionTimestamp !== undefined)
      return { object, requeueAfterMs: lookMs };
    const owned = await work.objects.write(
      machineHealthCheckKind,
      object,
      withOwner(object, ownerReference(clusterKind, cluster)),
    );
    return await check(owned, cluster, work, signal);
  },
};

async function check(
  healthCheck: MachineHealthCheck,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<MachineHealthCheck>> {
  const { spec } = healthCheck;
  const machines = (await work.objects.ofCluster(machineKind, cluster)).filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      selectsLabels(spec.selector, metadata.labels) &&
      !Object.hasOwn(metadata.annotations, annotations.paused) &&
      !Object.hasOwn(metadata.annotations, annotations.skipRemediation),
  );
  const workload = cluster.status?.initialization?.controlPlaneInitialized
    ? await work.workloads.of(cluster, signal)
    : undefined;
  const judged: { readonly machine: Machine; readonly health: Health }[] = [];
  for (const machine of machines)
    judged.push({
      machine,
      health: await judge(machine, cluster, { workload, spec, nowMs: work.clock.now() }, signal),
    });
  const healthy = judged.filter(
    ({ health, machine }) => health.state === 'healthy' && machine.status?.nodeRef,
  ).length;
  const allowance = allowedRemediations(spec.remediation?.triggerIf, machines.length, healthy);
  for (const { machine, health } of judged)
    await mark(machine, health, { healthCheck, isAllowed: allowance.isAllowed, work });
  const found = finding(
    allowance.isAllowed,
    ['RemediationAllowed', 'TooManyUnhealthy'],
    `${machines.length - healthy} of ${machines.length} Machines are not healthy, and Machines are replaced only if these are ${allowance.limit}`,
  );
  const conditions = withFindings(
    healthCheck.status?.conditions,
    { RemediationAllowed: found },
    healthCheck,
    work.clock.now(),
  );
  const next = judged.flatMap(({ health }) =>
    'nextMs' in health && health.nextMs !== undefined ? [health.nextMs + leewayMs] : [],
  );
  return {
    object: {
      ...healthCheck,
      status: {
        ...healthCheck.status,
        expectedMachines: machines.length,
        currentHealthy: healthy,
        remediationsAllowed: allowance.isAllowed ? allowance.remaining : 0,
        targets: machines.map(({ metadata }) => metadata.name).toSorted(),
        conditions,
      },
    },
    requeueAfterMs: Math.min(lookMs, ...next),
  };
}

interface Judging {
  readonly workload: WorkloadCluster | undefined;
  readonly spec: MachineHealthCheck['spec'];
  readonly nowMs: number;
}

async function judge(
  machine: Machine,
  cluster: Cluster,
  { workload, spec, nowMs }: Judging,
  signal: AbortSignal,
): Promise<Health> {
  const name = machine.status?.nodeRef?.name;
  // Nothing is known of nodes while the control plane does not answer.
  if (name !== undefined && !workload && !isMarked(machine)) return { state: 'skipped' };
  const node = name !== undefined && workload ? await findNode(workload, name, signal) : undefined;
  return checkTarget(
    {
      machine,
      isControlPlane: isOfControlPlane(machine),
      node: name === undefined ? undefined : node ? { conditions: node.status?.conditions ?? [] } : 'gone',
      cluster: {
        infrastructureReadyMs: cluster.status?.initialization?.infrastructureProvisioned
          ? (trueSince(cluster, 'InfrastructureReady') ?? 0)
          : undefined,
        initializedMs: cluster.status?.initialization?.controlPlaneInitialized
          ? (trueSince(cluster, 'ControlPlaneInitialized') ?? 0)
          : undefined,
      },
      infrastructureReadyMs: trueSince(machine, 'InfrastructureReady'),
    },
    spec.checks,
    nowMs,
  );
}

const isMarked = ({ metadata }: Machine): boolean =>
  Object.hasOwn(metadata.annotations, annotations.remediateMachine);

const findNode = async (
  { objects }: WorkloadCluster,
  name: string,
  signal: AbortSignal,
): Promise<Node | undefined> =>
  await new KindClient<Node>(objects, { ...nodes, decode: (stored) => stored as Node }).find(
    { name },
    { signal },
  );

function trueSince(object: { readonly status?: unknown }, type: string): number | undefined {
  const condition = findCondition(object, type);
  return condition?.status === 'True' ? Date.parse(condition.lastTransitionTime) : undefined;
}

interface Marking {
  readonly healthCheck: MachineHealthCheck;
  readonly isAllowed: boolean;
  readonly work: Work;
}

/** Writes onto a Machine what was found, and leaves it to its owner to replace it if that is allowed. */
async function mark(
  machine: Machine,
  health: Health,
  { healthCheck, isAllowed, work }: Marking,
): Promise<void> {
  if (health.state === 'skipped') return;
  const { templateRef } = healthCheck.spec.remediation ?? {};
  const { generation } = machine.metadata;
  const now = new Date(work.clock.now()).toISOString();
  const old = machine.status?.conditions ?? [];
  const isUnhealthy = health.state === 'unhealthy';
  const checked = withFindings(
    old,
    {
      HealthCheckSucceeded: isUnhealthy
        ? { status: 'False', reason: health.reason, message: health.message }
        : { status: 'True', reason: 'HealthCheckSucceeded' },
    },
    machine,
    work.clock.now(),
  );
  const type = templateRef ? 'ExternallyRemediated' : 'OwnerRemediated';
  const waiting: Omit<Condition, 'lastTransitionTime'> = {
    ...{ type, status: 'False', reason: 'WaitingForRemediation' },
    ...{ message: 'a health check has found the Machine unhealthy', observedGeneration: generation },
  };
  const isKnown = old.some((each) => each.type === type);
  const conditions = isUnhealthy
    ? isAllowed && !isKnown
      ? withCondition(checked, waiting, now)
      : checked
    : isKnown
      ? withoutCondition(checked, type)
      : checked;
  if (conditions !== old)
    await work.objects.writeStatus(machineKind, { ...machine, status: { ...machine.status, conditions } });
  if (templateRef) await keepRequest(machine, templateRef, isUnhealthy && isAllowed, work);
}

/** Asks somebody else for a repair by an object of his own kind, which goes when the Machine is healthy again. */
async function keepRequest(
  machine: Machine,
  template: NonNullable<NonNullable<MachineHealthCheck['spec']['remediation']>['templateRef']>,
  isWanted: boolean,
  work: Work,
): Promise<void> {
  const { namespace, name } = machine.metadata;
  const kind = await work.providers.find({ ...template, kind: template.kind.replace(/Template$/, '') });
  const request = await work.objects.get(kind, { namespace, name });
  if (request && !isWanted) await work.objects.delete(kind, request);
  if (request || !isWanted) return;
  const metadata = { labels: { [labels.cluster]: machine.spec.clusterName } };
  const owner = controllerReference(machineKind, machine);
  try {
    await cloneTemplate({ template, namespace, name, metadata, owner }, work);
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
  }
}
