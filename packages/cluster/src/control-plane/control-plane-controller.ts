import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { findCondition, finding, withFindings } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { annotations, labels } from '../contract/names.ts';
import {
  controllerOf,
  controllerReference,
  isControlledBy,
  ownerReference,
  withController,
  withOwner,
} from '../contract/owner.ts';
import { type Cluster, isUsable } from '../kinds/cluster.ts';
import type { ControlPlane, LastRemediation } from '../kinds/control-plane.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterKind,
  machineDeploymentKind,
  machineKind,
  machinePoolKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { ownTemplate } from '../runtime/own-template.ts';
import { madeFrom, removeOrphans } from '../runtime/remove-orphans.ts';
import {
  ensureKeys,
  ensureKubeconfig,
  readKeys,
  readKeysForExternalEtcd,
} from '../workload/cluster-secrets.ts';
import { heirOf } from '../workload/heir-of.ts';
import { nodes } from '../workload/node.ts';
import type { Etcd, EtcdMember } from '../workload/workload-cluster.ts';
import type { ControlPlaneMachine } from './control-plane-machine.ts';
import type { ControlPlaneProvider, ControlPlaneWish } from './control-plane-provider.ts';
import { withStatus } from './control-plane-status.ts';
import { createControlPlaneMachine } from './create-control-plane-machine.ts';
import { isAsWanted, withExpiry } from './is-as-wanted.ts';
import { isReplaced } from './is-replaced.ts';
import { type ControlPlaneAction, planControlPlane } from './plan-control-plane.ts';
import { type SeenControlPlane, dropHook, releaseHook, removeOrphanMember } from './release-member.ts';

const deletionMs = 30_000;
/** The time after which a Machine should be known that was created although the answer was lost. */
const unseenMs = 1_000;

/**
 * Returns the controller of a provider's control planes: it keeps a control plane of as many Machines as it says, one
 * operation at a time, so that etcd keeps its majority.
 */
export const controlPlaneController = <T extends ControlPlane>(
  provider: ControlPlaneProvider<T>,
): Controller<T> => ({
  name: provider.name,
  kind: provider.kind,
  finalizer: provider.finalizer,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work, signal) => {
    if (!cluster)
      return object.metadata.deletionTimestamp === undefined ? { object } : { object, isCleared: true };
    const wish = provider.wishOf(object);
    if (object.metadata.deletionTimestamp !== undefined)
      return await takeDown({ provider, controlPlane: object, wish, cluster, work });
    const owned = await work.objects.write(
      provider.kind,
      object,
      withOwner(object, ownerReference(clusterKind, cluster)),
    );
    await ownTemplate(wish.infrastructureRef, cluster, work);
    return await keep({ provider, controlPlane: owned, wish, cluster, work }, signal);
  },
});

/** A control plane that is being reconciled. */
interface Kept<T extends ControlPlane> {
  readonly provider: ControlPlaneProvider<T>;
  readonly controlPlane: T;
  readonly wish: ControlPlaneWish;
  readonly cluster: Cluster;
  readonly work: Work;
}

async function keep<T extends ControlPlane>(kept: Kept<T>, signal: AbortSignal): Promise<Reconciled<T>> {
  const { provider, controlPlane, wish, cluster, work } = kept;
  const { controlPlaneEndpoint: endpoint } = cluster.spec;
  const place = { namespace: cluster.metadata.namespace, clusterName: cluster.metadata.name };
  const { client } = work.objects;
  if (!cluster.status?.initialization?.infrastructureProvisioned)
    return withStatus(kept, [], {
      type: 'wait',
      reason: 'the infrastructure of the cluster is not there yet',
    });
  const owner = controllerReference(provider.kind, controlPlane);
  const { isEtcdExternal } = wish;
  const making = { owner, nowMs: work.clock.now(), isEtcdExternal };
  const read = isEtcdExternal ? readKeysForExternalEtcd : readKeys;
  const isInitialized = controlPlane.status?.initialization?.controlPlaneInitialized === true;
  if (!isInitialized) {
    await ensureKeys(client, place, making, signal);
    await provider.ensureSecrets({ client, ...place, owner }, signal);
  } else if (!(await read(client, place, signal)))
    return withStatus(kept, await ownMachines(controlPlane, work), {
      type: 'wait',
      reason: 'keys of the cluster are missing',
    });
  if (!isUsable(endpoint))
    return withStatus(kept, [], { type: 'wait', reason: 'there is no endpoint of the control plane yet' });
  await ensureKubeconfig(client, { ...place, endpoint }, making, signal);
  await adopt(kept);
  const machines = await ownMachines(controlPlane, work);
  const { group: apiGroup, kind } = provider.configKind;
  const parts = [madeFrom(wish.infrastructureRef), { apiGroup, kind }];
  if (!(await removeOrphans({ owner: controlPlane, cluster, machines, parts }, work)))
    return { object: controlPlane, requeueAfterMs: unseenMs };
  const seen = await look(kept, signal);
  await removeOrphanMember(seen, signal);
  await releaseHook(seen, signal, work);
  const begun =
    isInitialized ||
    seen.machines.some(({ status }) => status?.nodeRef) ||
    (await hasBegun(cluster, work, signal));
  const initialized: T = begun
    ? {
        ...controlPlane,
        status: { ...controlPlane.status, initialization: { controlPlaneInitialized: true } },
      }
    : controlPlane;
  const action = planControlPlane({
    replicas: wish.replicas,
    maxSurge: wish.maxSurge,
    isInitialized: begun,
    machines: seen.views,
    members: seen.members,
    domains: domainsOf(cluster),
    isRemediating: Object.hasOwn(controlPlane.metadata.annotations, annotations.remediationInProgress),
  });
  const { done, refused } = await act(action, { ...kept, controlPlane: initialized }, seen, signal);
  return withStatus({ ...kept, controlPlane: done }, await ownMachines(done, work), refused ?? action);
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

async function ownMachines(controlPlane: ControlPlane, { objects }: Work): Promise<readonly Machine[]> {
  const place = {
    ...controlPlane,
    metadata: { ...controlPlane.metadata, name: controlPlane.metadata.labels[labels.cluster] ?? '' },
  };
  return (await objects.ofCluster(machineKind, place)).filter((machine) =>
    isControlledBy(machine, controlPlane),
  );
}

/** Takes over Machines of the control plane that nobody controls, unless others have some already. */
async function adopt<T extends ControlPlane>({
  provider,
  controlPlane,
  cluster,
  work: { objects },
}: Kept<T>): Promise<void> {
  const all = (await objects.ofCluster(machineKind, cluster)).filter(isOfControlPlane);
  if (all.some((machine) => controllerOf(machine) && !isControlledBy(machine, controlPlane))) return;
  const owner = controllerReference(provider.kind, controlPlane);
  for (const machine of all)
    if (!controllerOf(machine) && machine.metadata.deletionTimestamp === undefined)
      await objects.write(machineKind, machine, withController(machine, owner));
}

async function look<T extends ControlPlane>(kept: Kept<T>, signal: AbortSignal): Promise<SeenControlPlane> {
  const { provider, controlPlane, wish, cluster, work } = kept;
  const workload = await work.workloads.of(cluster, signal);
  const etcd = workload && provider.etcdOf(workload, work.clock);
  const known = wish.isEtcdExternal ? 'external' : await membersOf(etcd, work, signal);
  const settled: Machine[] = [];
  const views: ControlPlaneMachine[] = [];
  for (const owned of await ownMachines(controlPlane, work)) {
    const machine = await withExpiry(owned, kept, workload, signal);
    const isUpToDate = await isAsWanted(machine, kept);
    const findings = {
      UpToDate: finding(isUpToDate, ['UpToDate', 'NotUpToDate'], 'the control plane wants another one'),
      ...(workload && (await provider.memberFindings(machine, workload, known, signal))),
    };
    const conditions = withFindings(machine.status?.conditions, findings, machine, work.clock.now());
    const isSame = machine === owned && conditions === (machine.status?.conditions ?? conditions);
    const written = isSame
      ? machine
      : await work.objects.writeStatus(machineKind, {
          ...machine,
          status: { ...machine.status, conditions },
        });
    settled.push(written);
    views.push(viewOf(written, isUpToDate, provider.memberGates));
  }
  return { machines: settled, views, members: known, workload, etcd };
}

/** An etcd may not answer although its API server does, which neither ends the reconcile nor hides what else is known. */
async function membersOf(
  etcd: Etcd | undefined,
  { log }: Work,
  signal: AbortSignal,
): Promise<readonly EtcdMember[] | 'unknown'> {
  try {
    return (await etcd?.members(signal)) ?? 'unknown';
  } catch (failure) {
    signal.throwIfAborted();
    log('warning', 'the members of an etcd cannot be told', { error: errorText(failure) });
    return 'unknown';
  }
}

function viewOf(machine: Machine, isUpToDate: boolean, gates: readonly string[]): ControlPlaneMachine {
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
    problems: gates.filter((type) => {
      const condition = findCondition(machine, type);
      return condition !== undefined && condition.status !== 'True';
    }),
    needsRemediation: failed('HealthCheckSucceeded') && failed('OwnerRemediated'),
    isMarkedForRemediation: Object.hasOwn(metadata.annotations, annotations.remediateMachine),
  };
}

interface Acted<T extends ControlPlane> {
  readonly done: T;
  readonly refused?: ControlPlaneAction;
}

async function act<T extends ControlPlane>(
  action: ControlPlaneAction,
  kept: Kept<T>,
  seen: SeenControlPlane,
  signal: AbortSignal,
): Promise<Acted<T>> {
  const { provider, controlPlane, wish, cluster, work } = kept;
  const machineAt = (name: string): Machine | undefined =>
    seen.machines.find(({ metadata, status }) => (status?.nodeRef?.name ?? metadata.name) === name);
  const inProgress = controlPlane.metadata.annotations[annotations.remediationInProgress];
  switch (action.type) {
    case 'nothing':
    case 'wait': {
      const isOver =
        inProgress !== undefined && isReplaced(inProgress, seen.machines, action.type === 'nothing');
      if (action.type === 'nothing' && seen.workload)
        await provider.upgradeAddons(controlPlane, seen.workload, signal);
      return { done: isOver ? await withRemediation(kept, undefined) : controlPlane };
    }
    case 'create': {
      const isBegun = controlPlane.status?.initialization?.controlPlaneInitialized === true;
      if (isBegun && !seen.workload)
        return { done: controlPlane, refused: { type: 'wait', reason: 'the cluster does not answer' } };
      if (seen.workload) await provider.announce(controlPlane, seen.workload, signal);
      await createControlPlaneMachine(
        { provider, controlPlane, wish, cluster, domain: action.domain, remediationFor: inProgress },
        work,
      );
      return { done: await withRemediation(kept, undefined) };
    }
    case 'delete': {
      const machine = machineAt(action.name);
      const members = typeof seen.members === 'string' ? [] : seen.members;
      const leaving = members.find(({ name }) => name === action.name);
      const heir = leaving && heirOf(members, leaving);
      if (heir && seen.etcd) await seen.etcd.moveLeader(heir.id, signal);
      if (machine) await work.objects.delete(machineKind, machine);
      return { done: controlPlane };
    }
    case 'remediate': {
      const machine = machineAt(action.name);
      const retries = machine && retriesOf(machine, kept);
      if (!machine || !retries) return { done: controlPlane };
      if ('reason' in retries)
        return { done: controlPlane, refused: { type: 'wait', reason: retries.reason } };
      const marked = await withRemediation(kept, retries.last);
      await work.objects.delete(machineKind, machine);
      return { done: marked };
    }
  }
}

const defaultHealthySeconds = 3_600;

/** Decides whether a Machine that took the place of an unhealthy one, and is unhealthy itself, is replaced again. */
function retriesOf<T extends ControlPlane>(
  machine: Machine,
  { controlPlane, wish, work }: Kept<T>,
): { readonly last: LastRemediation } | { readonly reason: string } {
  const last = controlPlane.status?.lastRemediation;
  const nowMs = work.clock.now();
  const {
    maxRetry,
    retryPeriodSeconds = 0,
    minHealthyPeriodSeconds = defaultHealthySeconds,
  } = wish.remediation ?? {};
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
async function withRemediation<T extends ControlPlane>(
  { provider, controlPlane, work }: Kept<T>,
  last: LastRemediation | undefined,
): Promise<T> {
  const { [annotations.remediationInProgress]: known, ...others } = controlPlane.metadata.annotations;
  if (!last && known === undefined) return controlPlane;
  const { status } = controlPlane;
  const all = last ? { ...others, [annotations.remediationInProgress]: JSON.stringify(last) } : others;
  const written = await work.objects.write(provider.kind, controlPlane, {
    ...controlPlane,
    metadata: { ...controlPlane.metadata, annotations: all },
  });
  return { ...written, status: { ...status, ...(last && { lastRemediation: last }) } };
}

/** The control plane goes after all workers, with all its Machines at once: there is no etcd to keep. */
async function takeDown<T extends ControlPlane>(kept: Kept<T>): Promise<Reconciled<T>> {
  const { controlPlane, cluster, work } = kept;
  const { objects } = work;
  const workers = [
    ...(await objects.ofCluster(machineDeploymentKind, cluster)),
    ...(await objects.ofCluster(machineSetKind, cluster)),
    ...(await objects.ofCluster(machinePoolKind, cluster)),
    ...(await objects.ofCluster(machineKind, cluster)).filter((machine) => !isOfControlPlane(machine)),
  ];
  const machines = await ownMachines(controlPlane, work);
  if (workers.length > 0)
    return {
      ...withStatus(kept, machines, { type: 'wait', reason: 'workers are still there' }),
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
    ...withStatus(kept, left, { type: 'wait', reason: 'Machines are still there' }),
    requeueAfterMs: deletionMs,
  };
}
