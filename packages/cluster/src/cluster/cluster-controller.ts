import { type Findings, withFindings } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { finalizers } from '../contract/names.ts';
import { controllerOf, ownerReference } from '../contract/owner.ts';
import { contractOf, isProvisioned } from '../contract/provider-object.ts';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type Cluster, type ReplicaCounts, isUsable } from '../kinds/cluster.ts';
import {
  clusterKind,
  machineDeploymentKind,
  machineKind,
  machinePoolKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { type External, deleteOwn, findLeft, findOwn, keepOwned } from '../runtime/external.ts';
import { keepTopology } from '../topology/keep-topology.ts';
import { clusterFindings, workerCounts } from './cluster-conditions.ts';
import { phaseOfCluster } from './cluster-phase.ts';
import { planClusterDeletion } from './plan-cluster-deletion.ts';

const deletionMs = 5_000;
const missingMs = 5_000;
const probeMs = 60_000;
const hookAnnotation = 'before-cluster-delete.hook.cluster.x-k8s.io';

/** Brings the infrastructure and the control plane of Clusters together, and takes Clusters down in order. */
export const clusterController: Controller<Cluster> = {
  name: 'cluster',
  kind: clusterKind,
  finalizer: finalizers.cluster,
  clusterOf: ({ metadata }) => metadata.name,
  reconcile: async ({ object }, work, signal) =>
    object.metadata.deletionTimestamp === undefined
      ? await bringUp(object, work, signal)
      : await takeDown(object, work),
};

async function bringUp(wanted: Cluster, work: Work, signal: AbortSignal): Promise<Reconciled<Cluster>> {
  const { topology } = wanted.spec;
  const kept = topology && (await keepTopology(wanted, topology, work));
  const { cluster } = kept ?? { cluster: wanted };
  const infrastructure = await owned(cluster, cluster.spec.infrastructureRef, work);
  const controlPlane = await owned(cluster, cluster.spec.controlPlaneRef, work);
  const known = infrastructure?.object && contractOf(infrastructure.object);
  const located = await withEndpoint(cluster, [infrastructure, controlPlane], work);
  const machines = await work.objects.ofCluster(machineKind, cluster);
  const ofControlPlane = controlPlane?.object && contractOf(controlPlane.object);
  const { initialization = {} } = located.status ?? {};
  const provisioned =
    initialization.infrastructureProvisioned === true ||
    cluster.spec.infrastructureRef === undefined ||
    (known !== undefined && isProvisioned(known));
  const isInitialized =
    initialization.controlPlaneInitialized === true ||
    (cluster.spec.controlPlaneRef
      ? ofControlPlane?.status.initialization?.controlPlaneInitialized === true
      : machines.some((each) => isOfControlPlane(each) && each.status?.nodeRef !== undefined));
  const workload = isInitialized ? await work.workloads.of(located, signal) : undefined;
  const workers = [
    ...(await work.objects.ofCluster(machineDeploymentKind, cluster)),
    ...(await work.objects.ofCluster(machinePoolKind, cluster)),
  ];
  const status = {
    ...located.status,
    initialization: {
      ...(provisioned && { infrastructureProvisioned: true }),
      ...(isInitialized && { controlPlaneInitialized: true }),
    },
    ...(known?.status.failureDomains && { failureDomains: known.status.failureDomains.map(withoutNothing) }),
    ...(controlPlane?.object && { controlPlane: countsOf(controlPlane.object) }),
    workers: workerCounts(workers),
  };
  const next = { ...located, status };
  const findings = clusterFindings(next, {
    infrastructure: infrastructure?.object,
    controlPlane:
      controlPlane?.object && ofControlPlane
        ? { object: controlPlane.object, contract: ofControlPlane }
        : undefined,
    workers,
    controlPlaneMachines: machines.filter(isOfControlPlane),
    workerMachines: machines.filter((each) => !isOfControlPlane(each)),
    isReachable: workload !== undefined,
  });
  const conditions = withFindings(
    located.status?.conditions,
    { ...findings, ...(kept && { TopologyReconciled: kept.finding }) },
    next,
    work.clock.now(),
  );
  const isMissing =
    [infrastructure, controlPlane].some((each) => each && !each.object) || kept?.finding.status === 'False';
  return {
    object: { ...next, status: { ...status, phase: phaseOfCluster(next), conditions } },
    requeueAfterMs: isMissing ? missingMs : probeMs,
  };
}

async function owned(
  cluster: Cluster,
  reference: Cluster['spec']['infrastructureRef'],
  work: Work,
): Promise<External | undefined> {
  if (!reference) return undefined;
  const owner = ownerReference(clusterKind, cluster);
  const found = await findOwn(reference, owner, cluster.metadata.namespace, work);
  const object = await keepOwned(found, owner, cluster.metadata.name, work);
  return { ...found, object };
}

/** Takes the endpoint over from whichever provider knows one, unless there is one already. */
async function withEndpoint(
  cluster: Cluster,
  sources: readonly (External | undefined)[],
  { objects }: Work,
): Promise<Cluster> {
  if (isUsable(cluster.spec.controlPlaneEndpoint)) return cluster;
  const found = sources
    .map((each) => each?.object && contractOf(each.object).spec.controlPlaneEndpoint)
    .find((each) => each !== undefined && isUsable(each));
  if (!found) return cluster;
  const spec = { ...cluster.spec, controlPlaneEndpoint: { host: found.host, port: found.port } };
  return await objects.write(clusterKind, cluster, { ...cluster, spec });
}

async function takeDown(cluster: Cluster, work: Work): Promise<Reconciled<Cluster>> {
  const { objects } = work;
  const { namespace } = cluster.metadata;
  const owner = ownerReference(clusterKind, cluster);
  const machines = await objects.ofCluster(machineKind, cluster);
  const workers: readonly (readonly [
    typeof machineKind | typeof machineSetKind | typeof machineDeploymentKind | typeof machinePoolKind,
    readonly KubeObject[],
  ])[] = [
    [machineDeploymentKind, await objects.ofCluster(machineDeploymentKind, cluster)],
    [machinePoolKind, await objects.ofCluster(machinePoolKind, cluster)],
    [machineSetKind, await objects.ofCluster(machineSetKind, cluster)],
    [machineKind, machines.filter((each) => !isOfControlPlane(each))],
  ];
  const isThere = async (reference: Cluster['spec']['infrastructureRef']): Promise<boolean> =>
    reference !== undefined && (await findLeft(reference, owner, namespace, work)) !== undefined;
  const step = planClusterDeletion({
    hasHook: Object.keys(cluster.metadata.annotations).some((name) => name.startsWith(hookAnnotation)),
    workers: workers.flatMap(([, each]) => each),
    hasControlPlane: await isThere(cluster.spec.controlPlaneRef),
    controlPlaneMachines: machines.filter(isOfControlPlane),
    hasInfrastructure: await isThere(cluster.spec.infrastructureRef),
  });
  switch (step) {
    case 'WaitingForBeforeDeleteHook':
      break;
    case 'WaitingForWorkersDeletion':
      for (const [kind, each] of workers)
        for (const object of each) if (!controllerOf(object)) await objects.delete(kind, object);
      break;
    case 'WaitingForControlPlaneDeletion':
      await deleteOwn(cluster.spec.controlPlaneRef, owner, namespace, work);
      for (const machine of machines) if (!controllerOf(machine)) await objects.delete(machineKind, machine);
      break;
    case 'WaitingForInfrastructureDeletion':
      await deleteOwn(cluster.spec.infrastructureRef, owner, namespace, work);
      break;
    case 'DeletionCompleted':
      return { object: cluster, isCleared: true };
  }
  const findings: Findings = {
    Deleting: { status: 'True', reason: step },
    ...(cluster.spec.topology && {
      TopologyReconciled: { status: 'False', reason: 'Deleting', message: 'the Cluster is being deleted' },
    }),
  };
  const conditions = withFindings(cluster.status?.conditions, findings, cluster, work.clock.now());
  return {
    object: { ...cluster, status: { ...cluster.status, phase: phaseOfCluster(cluster), conditions } },
    requeueAfterMs: deletionMs,
  };
}

function countsOf(object: KubeObject): ReplicaCounts {
  const { spec, status } = contractOf(object);
  const { replicas, upToDateReplicas, readyReplicas, availableReplicas } = status;
  return withoutNothing({
    desiredReplicas: spec.replicas,
    ...{ replicas, upToDateReplicas, readyReplicas, availableReplicas },
  });
}

/** Returns a record without the fields that are undefined. */
const withoutNothing = <T extends object>(
  record: T,
): { [Field in keyof T]-?: Exclude<T[Field], undefined> } =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [Field in keyof T]-?: Exclude<T[Field], undefined>;
  };
