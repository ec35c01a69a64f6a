import { findCondition, withFindings } from '../contract/conditions.ts';
import { finalizers } from '../contract/names.ts';
import { controllerOf, controllerReference, ownerReference, withOwner } from '../contract/owner.ts';
import { type ProviderObject, contractOf, isProvisioned } from '../contract/provider-object.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { Machine } from '../kinds/machine.ts';
import { clusterKind, machineKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { findOwn, keepOwned } from '../runtime/external.ts';
import { deleteMachine } from './delete-machine.ts';
import { availability, machineFindings } from './machine-conditions.ts';
import { findNode, initializeNode } from './machine-node.ts';
import { phaseOf } from './machine-phase.ts';

const missingMs = 30_000;
/** How often a node is looked at that is healthy, and one that is awaited: it is missing, or becomes ready. */
const nodeMs = { awaited: 10_000, healthy: 60_000 };

/** Brings together what a Machine boots with, the machine itself and its node, and takes them down in order. */
export const machineController: Controller<Machine> = {
  name: 'machine',
  kind: machineKind,
  finalizer: finalizers.machine,
  clusterOf: ({ spec }) => spec.clusterName,
  reconcile: async ({ object, cluster }, work, signal) => {
    if (object.metadata.deletionTimestamp !== undefined)
      return await deleteMachine(object, cluster, work, signal);
    if (!cluster) return { object, requeueAfterMs: missingMs };
    return await bringUp(await ownedByCluster(object, cluster, work), cluster, work, signal);
  },
};

const ownedByCluster = async (machine: Machine, cluster: Cluster, { objects }: Work): Promise<Machine> =>
  controllerOf(machine)
    ? machine
    : await objects.write(machineKind, machine, withOwner(machine, ownerReference(clusterKind, cluster)));

async function bringUp(
  machine: Machine,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<Machine>> {
  const owner = controllerReference(machineKind, machine);
  const { configRef } = machine.spec.bootstrap;
  const { namespace } = machine.metadata;
  const keep = async (reference: typeof configRef) =>
    reference &&
    (await keepOwned(
      await findOwn(reference, owner, namespace, work),
      owner,
      machine.spec.clusterName,
      work,
    ));
  const bootstrap = await keep(configRef);
  const infrastructure = await keep(machine.spec.infrastructureRef);
  const located = await withProvided(
    machine,
    bootstrap && contractOf(bootstrap),
    infrastructure && contractOf(infrastructure),
    work,
  );
  const isInitialized = cluster.status?.initialization?.controlPlaneInitialized === true;
  const workload =
    located.spec.providerID !== undefined && isInitialized
      ? await work.workloads.of(cluster, signal)
      : undefined;
  const found = workload && (await findNode(workload, located, signal));
  const node = workload && found ? await initializeNode(workload, found, located, signal) : found;
  const seen: Machine = node
    ? {
        ...located,
        status: {
          ...located.status,
          nodeRef: { name: node.metadata.name },
          ...(node.status?.nodeInfo && { nodeInfo: node.status.nodeInfo }),
        },
      }
    : located;
  const parts = { bootstrap, infrastructure, node: workload ? node : ('unknown' as const) };
  const settled = withConditions(seen, parts, work.clock.now());
  const isHealthy = findCondition(settled.object, 'NodeHealthy')?.status === 'True';
  const nextMs = isHealthy ? nodeMs.healthy : nodeMs.awaited;
  return { ...settled, requeueAfterMs: Math.min(settled.requeueAfterMs ?? Infinity, nextMs) };
}

/** Takes over what the providers have found out. What is there once stays so. */
async function withProvided(
  machine: Machine,
  bootstrap: ProviderObject | undefined,
  infrastructure: ProviderObject | undefined,
  { objects }: Work,
): Promise<Machine> {
  const { spec, status } = machine;
  const secret = bootstrap?.status.initialization?.dataSecretCreated
    ? bootstrap.status.dataSecretName
    : undefined;
  const isThere =
    infrastructure !== undefined &&
    isProvisioned(infrastructure) &&
    infrastructure.spec.providerID !== undefined;
  const dataSecretName = spec.bootstrap.dataSecretName ?? secret;
  const providerID = isThere ? infrastructure.spec.providerID : spec.providerID;
  const isNews = dataSecretName !== spec.bootstrap.dataSecretName || providerID !== spec.providerID;
  const wanted = {
    ...machine,
    spec: {
      ...spec,
      bootstrap: { ...spec.bootstrap, ...(dataSecretName !== undefined && { dataSecretName }) },
      ...(providerID !== undefined && { providerID }),
    },
  };
  const written = isNews ? await objects.write(machineKind, machine, wanted) : machine;
  const { initialization } = status ?? {};
  return {
    ...written,
    status: {
      ...status,
      initialization: {
        ...initialization,
        ...(dataSecretName !== undefined && { bootstrapDataSecretCreated: true }),
        ...(isThere && { infrastructureProvisioned: true }),
      },
      ...(isThere && infrastructure.status.addresses && { addresses: infrastructure.status.addresses }),
      ...(isThere &&
        infrastructure.status.failureDomain !== undefined && {
          failureDomain: infrastructure.status.failureDomain,
        }),
    },
  };
}

function withConditions(
  machine: Machine,
  parts: Parameters<typeof machineFindings>[1],
  nowMs: number,
): Reconciled<Machine> {
  const conditions = withFindings(
    machine.status?.conditions,
    machineFindings(machine, parts),
    machine,
    nowMs,
  );
  const judged = { ...machine, status: { ...machine.status, conditions } };
  const { found, nextMs } = availability(judged, findCondition(judged, 'Ready'), nowMs);
  const all = withFindings(conditions, { Available: found }, machine, nowMs);
  return {
    object: { ...judged, status: { ...judged.status, conditions: all, phase: phaseOf(judged) } },
    ...(nextMs !== undefined && { requeueAfterMs: nextMs }),
  };
}
