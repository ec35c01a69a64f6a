import { isDeepStrictEqual } from 'node:util';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { findCondition, finding, withFindings } from '../contract/conditions.ts';
import { bootstrapGroup } from '../contract/groups.ts';
import { annotations, finalizers, labels } from '../contract/names.ts';
import {
  controllerOf,
  controllerReference,
  isControlledBy,
  ownerReference,
  withController,
  withOwner,
} from '../contract/owner.ts';
import { type Cluster, isUsable } from '../kinds/cluster.ts';
import type { KubeadmControlPlane, LastRemediation } from '../kinds/kubeadm-control-plane.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterKind,
  kubeadmConfigKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
  machineKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { findExternal } from '../runtime/external.ts';
import { ownTemplate } from '../runtime/own-template.ts';
import { madeFrom, removeOrphans } from '../runtime/remove-orphans.ts';
import { ensureKeys, ensureKubeconfig, readKeys } from '../workload/cluster-secrets.ts';
import { nodes } from '../workload/node.ts';
import type { EtcdMember, WorkloadCluster } from '../workload/workload-cluster.ts';
import type { ControlPlaneMachine } from './control-plane-machine.ts';
import { withStatus } from './control-plane-status.ts';
import { createControlPlaneMachine } from './create-control-plane-machine.ts';
import { isReplaced } from './is-replaced.ts';
import { memberFindings, memberGates } from './member-health.ts';
import { type ControlPlaneAction, planControlPlane } from './plan-control-plane.ts';
import { type SeenControlPlane, dropHook, releaseHook, removeOrphanMember } from './release-member.ts';

const deletionMs = 30_000;
/** The time after which a Machine should be known that was created although the answer was lost. */
const unseenMs = 1_000;
const configPart = { apiGroup: bootstrapGroup, kind: kubeadmConfigKind.kind };

/** Keeps a control plane of as many Machines as it says, one operation at a time, so that etcd keeps its majority. */
export const kubeadmControlPlaneController: Controller<KubeadmControlPlane> = {
  name: 'kubeadm-control-plane',
  kind: kubeadmControlPlaneKind,
  finalizer: finalizers.kubeadmControlPlane,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work, signal) => {
    if (!cluster)
      return object.metadata.deletionTimestamp === undefined ? { object } : { object, isCleared: true };
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, cluster, work);
    const owned = await work.objects.write(
      kubeadmControlPlaneKind,
      object,
      withOwner(object, ownerReference(clusterKind, cluster)),
    );
    await ownTemplate(owned.spec.machineTemplate.spec.infrastructureRef, cluster, work);
    return await keep(owned, cluster, work, signal);
  },
};

async function keep(
  controlPlane: KubeadmControlPlane,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<KubeadmControlPlane>> {
  const { controlPlaneEndpoint: endpoint } = cluster.spec;
  const place = { namespace: cluster.metadata.namespace, clusterName: cluster.metadata.name };
  const { client } = work.objects;
  if (!cluster.status?.initialization?.infrastructureProvisioned)
    return withStatus(
      controlPlane,
      [],
      { type: 'wait', reason: 'the infrastructure of the cluster is not there yet' },
      work,
    );
  const owner = controllerReference(kubeadmControlPlaneKind, controlPlane);
  const making = { owner, nowMs: work.clock.now() };
  const isInitialized = controlPlane.status?.initialization?.controlPlaneInitialized === true;
  if (!isInitialized) await ensureKeys(client, place, making, signal);
  else if (!(await readKeys(client, place, signal)))
    return withStatus(
      controlPlane,
      await ownMachines(controlPlane, work),
      { type: 'wait', reason: 'keys of the cluster are missing' },
      work,
    );
  if (!isUsable(endpoint))
    return withStatus(
      controlPlane,
      [],
      { type: 'wait', reason: 'there is no endpoint of the control plane yet' },
      work,
    );
  await ensureKubeconfig(client, { ...place, endpoint }, making, signal);
  await adopt(controlPlane, cluster, work);
  const machines = await ownMachines(controlPlane, work);
  const parts = [madeFrom(controlPlane.spec.machineTemplate.spec.infrastructureRef), configPart];
  if (!(await removeOrphans({ owner: controlPlane, cluster, machines, parts }, work)))
    return { object: controlPlane, requeueAfterMs: unseenMs };
  const seen = await look(controlPlane, cluster, work, signal);
  await removeOrphanMember(seen, signal);
  await releaseHook(seen, signal, work);
  const begun =
    isInitialized ||
    seen.machines.some(({ status }) => status?.nodeRef) ||
    (await hasBegun(cluster, work, signal));
  const initialized: KubeadmControlPlane = begun
    ? {
        ...controlPlane,
        status: { ...controlPlane.status, initialization: { controlPlaneInitialized: true } },
      }
    : controlPlane;
  const action = planControlPlane({
    replicas: controlPlane.spec.replicas,
    maxSurge: controlPlane.spec.rollout?.strategy?.rollingUpdate?.maxSurge ?? 1,
    isInitialized: begun,
    machines: seen.views,
    members: seen.members,
    domains: domainsOf(cluster),
    isRemediating: Object.hasOwn(controlPlane.metadata.annotations, annotations.remediationInProgress),
  });
  const { done, refused } = await act(action, initialized, { cluster, seen, work }, signal);
  return withStatus(done, await ownMachines(done, work), refused ?? action, work);
}

/** A cluster has begun as soon as its API server answers and knows a node. */
async function hasBegun(cluster: Cluster, work: Work, signal: AbortSignal): Promise<boolean> {
  const workload = await work.workloads.of(cluster, signal);
  if (!workload) return false;
  const { items } = await objectsOf(workload.objects, nodes).list({ signal });
  return items.length > 0;
}

const domainsOf = ({ status }: Cluster): readonly string[] =>
  (status?.failureDomains ?? []).filter(({ controlPlane }) => controlPlane).map(({ name }) => name);

async function ownMachines(
  controlPlane: KubeadmControlPlane,
  { objects }: Work,
): Promise<readonly Machine[]> {
  const place = {
    ...controlPlane,
    metadata: { ...controlPlane.metadata, name: controlPlane.metadata.labels[labels.cluster] ?? '' },
  };
  return (await objects.ofCluster(machineKind, place)).filter((machine) =>
    isControlledBy(machine, controlPlane),
  );
}

/** Takes over Machines of the control plane that nobody controls, unless others have some already. */
async function adopt(controlPlane: KubeadmControlPlane, cluster: Cluster, { objects }: Work): Promise<void> {
  const all = (await objects.ofCluster(machineKind, cluster)).filter(({ metadata }) =>
    Object.hasOwn(metadata.labels, labels.controlPlane),
  );
  if (all.some((machine) => controllerOf(machine) && !isControlledBy(machine, controlPlane))) return;
  const owner = controllerReference(kubeadmControlPlaneKind, controlPlane);
  for (const machine of all)
    if (!controllerOf(machine) && machine.metadata.deletionTimestamp === undefined)
      await objects.write(machineKind, machine, withController(machine, owner));
}

async function look(
  controlPlane: KubeadmControlPlane,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<SeenControlPlane> {
  const workload = await work.workloads.of(cluster, signal);
  const isExternal = controlPlane.spec.kubeadmConfigSpec.clusterConfiguration?.etcd?.external !== undefined;
  const known = isExternal ? 'external' : await membersOf(workload, work, signal);
  const settled: Machine[] = [];
  const views: ControlPlaneMachine[] = [];
  for (const machine of await ownMachines(controlPlane, work)) {
    const isUpToDate = await matches(machine, controlPlane, work);
    const findings = {
      UpToDate: finding(isUpToDate, ['UpToDate', 'NotUpToDate'], 'the control plane wants another one'),
      ...(workload && (await memberFindings(machine, workload, known, signal))),
    };
    const conditions = withFindings(machine.status?.conditions, findings, machine, work.clock.now());
    const isSame = conditions === (machine.status?.conditions ?? conditions);
    const written = isSame
      ? machine
      : await work.objects.writeStatus(machineKind, {
          ...machine,
          status: { ...machine.status, conditions },
        });
    settled.push(written);
    views.push(viewOf(written, isUpToDate));
  }
  return { machines: settled, views, members: known, workload };
}

/** An etcd may not answer although its API server does, which neither ends the reconcile nor hides what else is known. */
async function membersOf(
  workload: WorkloadCluster | undefined,
  { log }: Work,
  signal: AbortSignal,
): Promise<readonly EtcdMember[] | 'unknown'> {
  try {
    return (await workload?.etcd.members(signal)) ?? 'unknown';
  } catch (failure) {
    signal.throwIfAborted();
    log('warning', 'the members of an etcd cannot be told', { error: errorText(failure) });
    return 'unknown';
  }
}

function viewOf(machine: Machine, isUpToDate: boolean): ControlPlaneMachine {
  const { metadata, spec, status } = machine;
  const failed = (type: string): boolean => findCondition(machine, type)?.status === 'False';
  return {
    // Members of etcd have the names of their nodes.
    name: status?.nodeRef?.name ?? metadata.name,
    createdMs: Date.parse(metadata.creationTimestamp),
    failureDomain: status?.failureDomain ?? spec.failureDomain,
    hasNode: status?.nodeRef !== undefined,
    isLeaving: metadata.deletionTimestamp !== undefined,
    isUpToDate,
    isMarked: Object.hasOwn(metadata.annotations, annotations.deleteMachine),
    problems: memberGates.filter((type) => {
      const condition = findCondition(machine, type);
      return condition !== undefined && condition.status !== 'True';
    }),
    needsRemediation: failed('HealthCheckSucceeded') && failed('OwnerRemediated'),
    isMarkedForRemediation: Object.hasOwn(metadata.annotations, annotations.remediateMachine),
  };
}

/** Tells whether a Machine is as the control plane wants its Machines, or has to be replaced. */
async function matches(machine: Machine, { spec }: KubeadmControlPlane, work: Work): Promise<boolean> {
  const { namespace } = machine.metadata;
  if (machine.spec.version !== spec.version) return false;
  const after = spec.rollout?.after;
  if (
    after !== undefined &&
    Date.parse(after) <= work.clock.now() &&
    Date.parse(machine.metadata.creationTimestamp) < Date.parse(after)
  )
    return false;
  const { object: infrastructure } = await findExternal(machine.spec.infrastructureRef, namespace, work);
  const template = infrastructure?.metadata.annotations[annotations.clonedFromName];
  if (template !== undefined && template !== spec.machineTemplate.spec.infrastructureRef.name) return false;
  const { configRef } = machine.spec.bootstrap;
  const config =
    configRef && (await work.objects.get(kubeadmConfigKind, { namespace, name: configRef.name }));
  return !config || isDeepStrictEqual(plain(config.spec), plain(spec.kubeadmConfigSpec));
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

interface Acting {
  readonly cluster: Cluster;
  readonly seen: SeenControlPlane;
  readonly work: Work;
}

interface Acted {
  readonly done: KubeadmControlPlane;
  readonly refused?: ControlPlaneAction;
}

async function act(
  action: ControlPlaneAction,
  controlPlane: KubeadmControlPlane,
  { cluster, seen, work }: Acting,
  signal: AbortSignal,
): Promise<Acted> {
  const machineAt = (name: string): Machine | undefined =>
    seen.machines.find(({ metadata, status }) => (status?.nodeRef?.name ?? metadata.name) === name);
  const inProgress = controlPlane.metadata.annotations[annotations.remediationInProgress];
  switch (action.type) {
    case 'nothing':
    case 'wait': {
      const isOver =
        inProgress !== undefined && isReplaced(inProgress, seen.machines, action.type === 'nothing');
      return { done: isOver ? await withRemediation(controlPlane, undefined, work) : controlPlane };
    }
    case 'create': {
      await createControlPlaneMachine(
        controlPlane,
        { cluster, domain: action.domain, remediationFor: inProgress },
        work,
      );
      return { done: await withRemediation(controlPlane, undefined, work) };
    }
    case 'delete': {
      const machine = machineAt(action.name);
      const heir =
        typeof seen.members === 'string'
          ? undefined
          : seen.members.find(({ name, isHealthy }) => name !== action.name && isHealthy);
      if (heir && seen.workload) await seen.workload.etcd.moveLeader(heir.id, signal);
      if (machine) await work.objects.delete(machineKind, machine);
      return { done: controlPlane };
    }
    case 'remediate': {
      const machine = machineAt(action.name);
      const retries = machine && retriesOf(machine, controlPlane, work.clock.now());
      if (!machine || !retries) return { done: controlPlane };
      if ('reason' in retries)
        return { done: controlPlane, refused: { type: 'wait', reason: retries.reason } };
      const marked = await withRemediation(controlPlane, retries.last, work);
      await work.objects.delete(machineKind, machine);
      return { done: marked };
    }
  }
}

const defaultHealthySeconds = 3_600;

/** Decides whether a Machine that took the place of an unhealthy one, and is unhealthy itself, is replaced again. */
function retriesOf(
  machine: Machine,
  { spec, status }: KubeadmControlPlane,
  nowMs: number,
): { readonly last: LastRemediation } | { readonly reason: string } {
  const last = status?.lastRemediation;
  const {
    maxRetry,
    retryPeriodSeconds = 0,
    minHealthyPeriodSeconds = defaultHealthySeconds,
  } = spec.remediation ?? {};
  const isRetry =
    last !== undefined &&
    machine.metadata.annotations[annotations.remediationFor] !== undefined &&
    nowMs - Date.parse(last.time) < minHealthyPeriodSeconds * 1_000;
  const retryCount = isRetry ? last.retryCount + 1 : 0;
  if (isRetry && maxRetry !== undefined && retryCount > maxRetry)
    return {
      reason: `Machine ${machine.metadata.name} is not replaced again: that was tried ${maxRetry} times`,
    };
  if (isRetry && nowMs - Date.parse(last.time) < retryPeriodSeconds * 1_000)
    return { reason: `Machine ${machine.metadata.name} is not replaced again yet` };
  return { last: { machine: machine.metadata.name, time: new Date(nowMs).toISOString(), retryCount } };
}

/** Notes that a Machine is being replaced, or that its replacement was created. */
async function withRemediation(
  controlPlane: KubeadmControlPlane,
  last: LastRemediation | undefined,
  { objects }: Work,
): Promise<KubeadmControlPlane> {
  const { [annotations.remediationInProgress]: known, ...others } = controlPlane.metadata.annotations;
  if (!last && known === undefined) return controlPlane;
  const { status } = controlPlane;
  const all = last ? { ...others, [annotations.remediationInProgress]: JSON.stringify(last) } : others;
  const written = await objects.write(kubeadmControlPlaneKind, controlPlane, {
    ...controlPlane,
    metadata: { ...controlPlane.metadata, annotations: all },
  });
  return { ...written, status: { ...status, ...(last && { lastRemediation: last }) } };
}

/** The control plane goes after all workers, with all its Machines at once: there is no etcd to keep. */
async function takeDown(
  controlPlane: KubeadmControlPlane,
  cluster: Cluster,
  work: Work,
): Promise<Reconciled<KubeadmControlPlane>> {
  const { objects } = work;
  const workers = [
    ...(await objects.ofCluster(machineDeploymentKind, cluster)),
    ...(await objects.ofCluster(machineSetKind, cluster)),
    ...(await objects.ofCluster(machineKind, cluster)).filter(
      ({ metadata }) => !Object.hasOwn(metadata.labels, labels.controlPlane),
    ),
  ];
  const machines = await ownMachines(controlPlane, work);
  if (workers.length > 0)
    return {
      ...withStatus(controlPlane, machines, { type: 'wait', reason: 'workers are still there' }, work),
      requeueAfterMs: deletionMs,
    };
  for (const machine of machines) {
    await objects.delete(machineKind, machine);
    const known = await objects.get(machineKind, {
      namespace: machine.metadata.namespace,
      name: machine.metadata.name,
    });
    if (known) await dropHook(known, work);
  }
  const left = await ownMachines(controlPlane, work);
  if (left.length === 0) return { object: controlPlane, isCleared: true };
  return {
    ...withStatus(controlPlane, left, { type: 'wait', reason: 'Machines are still there' }, work),
    requeueAfterMs: deletionMs,
  };
}
