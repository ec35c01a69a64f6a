import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { formatLabelSelector } from '@ignite/toolkit/client/label-selector';
import { finding, mirrored, withFindings } from '../contract/conditions.ts';
import { finalizers, labels } from '../contract/names.ts';
import { controllerReference, isControlledBy, ownerReference, withOwner } from '../contract/owner.ts';
import { contractOf, isProvisioned } from '../contract/provider-object.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachinePool, MachinePoolPhase } from '../kinds/machine-pool.ts';
import type { Machine } from '../kinds/machine.ts';
import { clusterKind, machineKind, machinePoolKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { deleteOwn, findOwn, keepOwned } from '../runtime/external.ts';
import { type Node, isNodeReady, nodes } from '../workload/node.ts';
import { isCurrentInPool } from '../kinds/is-current-in-pool.ts';
import { needsRemediation } from './machine-view.ts';
import { countsOf } from './set-status.ts';

const lookMs = 15_000;
const deletionMs = 5_000;

/** Brings together what the machines of a pool boot with and the pool of an infrastructure provider, who makes the machines. */
export const machinePoolController: Controller<MachinePool> = {
  name: 'machine-pool',
  kind: machinePoolKind,
  finalizer: finalizers.machinePool,
  clusterOf: ({ spec }) => spec.clusterName,
  reconcile: async ({ object, cluster }, work, signal) => {
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, work);
    if (!cluster) return { object, requeueAfterMs: lookMs };
    const owned = await work.objects.write(
      machinePoolKind,
      object,
      withOwner(object, ownerReference(clusterKind, cluster)),
    );
    return await bringUp(owned, cluster, work, signal);
  },
};

async function bringUp(
  pool: MachinePool,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<MachinePool>> {
  const owner = controllerReference(machinePoolKind, pool);
  const { namespace } = pool.metadata;
  const { template, clusterName } = pool.spec;
  const { configRef } = template.spec.bootstrap;
  const keep = async (reference: NonNullable<typeof configRef>): Promise<KubeObject | undefined> =>
    await keepOwned(await findOwn(reference, owner, namespace, work), owner, clusterName, work);
  const bootstrap = configRef && (await keep(configRef));
  const infrastructure = await keep(template.spec.infrastructureRef);
  const provided = await withProvided(pool, bootstrap, infrastructure, work);
  if (infrastructure) await makeMachines(provided, infrastructure, work);
  const machines = await ownMachines(provided, work);
  for (const unhealthy of machines.filter(needsRemediation))
    await work.objects.delete(machineKind, unhealthy);
  const known = await nodesOf(provided, cluster, work, signal);
  const isOfMachines = machineKindOf(infrastructure) !== undefined;
  const ready = known.filter(isNodeReady).length;
  const counts = isOfMachines
    ? {
        ...countsOf(machines),
        upToDateReplicas: machines.filter((each) => isCurrentInPool(each, provided)).length,
      }
    : {
        replicas: provided.spec.providerIDList?.length ?? 0,
        ...{ readyReplicas: ready, availableReplicas: ready, upToDateReplicas: ready },
      };
  const isInfrastructureThere = provided.status?.initialization?.infrastructureProvisioned === true;
  const findings = {
    BootstrapConfigReady: mirrored(
      bootstrap,
      'Ready',
      finding(
        provided.status?.initialization?.bootstrapDataSecretCreated === true,
        ['Ready', 'NotReady'],
        'the bootstrap data is not there yet',
      ),
    ),
    InfrastructureReady: mirrored(
      infrastructure,
      'Ready',
      finding(isInfrastructureThere, ['Ready', 'NotReady'], 'the infrastructure is not there yet'),
    ),
  };
  return {
    object: {
      ...provided,
      status: {
        ...provided.status,
        ...counts,
        nodeRefs: known.map(({ metadata: { name } }) => ({ apiVersion: 'v1', kind: 'Node', name })),
        selector: formatLabelSelector([
          { key: labels.pool, operator: 'In', values: [provided.metadata.name] },
          { key: labels.cluster, operator: 'In', values: [clusterName] },
        ]),
        phase: phaseOf(provided, counts),
        conditions: withFindings(provided.status?.conditions, findings, provided, work.clock.now()),
      },
    },
    requeueAfterMs: lookMs,
  };
}

/** Takes over what the providers have found out. What has been there once stays so. */
async function withProvided(
  pool: MachinePool,
  bootstrap: KubeObject | undefined,
  infrastructure: KubeObject | undefined,
  { objects }: Work,
): Promise<MachinePool> {
  const { template, providerIDList } = pool.spec;
  const config = bootstrap && contractOf(bootstrap).status;
  const secret = config?.initialization?.dataSecretCreated ? config.dataSecretName : undefined;
  // With another config, machines boot with other data as soon as that is there.
  const dataSecretName = secret ?? template.spec.bootstrap.dataSecretName;
  const isThere = infrastructure !== undefined && isProvisioned(contractOf(infrastructure));
  const ids = isThere ? providerIdsIn(infrastructure) : providerIDList;
  const isNews =
    dataSecretName !== template.spec.bootstrap.dataSecretName || ids?.join() !== providerIDList?.join();
  const bootstrapping = {
    ...template.spec.bootstrap,
    ...(dataSecretName !== undefined && { dataSecretName }),
  };
  const wanted = {
    ...pool,
    spec: {
      ...pool.spec,
      template: { ...template, spec: { ...template.spec, bootstrap: bootstrapping } },
      ...(ids && { providerIDList: [...ids] }),
    },
  };
  const written = isNews ? await objects.write(machinePoolKind, pool, wanted) : pool;
  return {
    ...written,
    status: {
      ...pool.status,
      initialization: {
        ...pool.status?.initialization,
        ...(dataSecretName !== undefined && { bootstrapDataSecretCreated: true }),
        ...(isThere && { infrastructureProvisioned: true }),
      },
    },
  };
}

function providerIdsIn({ spec }: KubeObject): readonly string[] {
  const { providerIDList } = (spec ?? {}) as { readonly providerIDList?: unknown };
  return Array.isArray(providerIDList) ? providerIDList.filter((each) => typeof each === 'string') : [];
}

/** The kind of the machines of a pool, of a provider whose machines are objects (Cluster API's contract of pools). */
function machineKindOf(infrastructure: KubeObject | undefined): string | undefined {
  const { infrastructureMachineKind: kind } = (infrastructure?.status ?? {}) as {
    readonly infrastructureMachineKind?: unknown;
  };
  return typeof kind === 'string' && kind !== '' ? kind : undefined;
}

/** Makes a Machine of the same name for each machine that the provider has made. */
async function makeMachines(pool: MachinePool, infrastructure: KubeObject, work: Work): Promise<void> {
  const kindName = machineKindOf(infrastructure);
  const { bootstrap, ...spec } = pool.spec.template.spec;
  if (kindName === undefined || bootstrap.dataSecretName === undefined) return;
  const { apiGroup } = pool.spec.template.spec.infrastructureRef;
  const { objects } = work;
  const { namespace } = pool.metadata;
  const metadata = pool.spec.template.metadata ?? {};
  const used = (await ownMachines(pool, work)).flatMap((each) => each.spec.failureDomain ?? []);
  for (const { metadata: made } of await objects.ofCluster(
    await work.providers.find({ apiGroup, kind: kindName }),
    clusterPlace(pool),
  )) {
    if (made.labels[labels.pool] !== pool.metadata.name || made.deletionTimestamp !== undefined) continue;
    if (await objects.get(machineKind, { namespace, name: made.name })) continue;
    const failureDomain = leastUsed(pool.spec.failureDomains ?? [], used) ?? spec.failureDomain;
    if (failureDomain !== undefined) used.push(failureDomain);
    await objects.create(machineKind, {
      metadata: {
        ...{ namespace, name: made.name },
        labels: { ...metadata.labels, ...labelsOfPool(pool) },
        annotations: metadata.annotations ?? {},
        ownerReferences: [controllerReference(machinePoolKind, pool)],
      },
      spec: {
        ...spec,
        ...(failureDomain !== undefined && { failureDomain }),
        bootstrap: { dataSecretName: bootstrap.dataSecretName },
        infrastructureRef: { apiGroup, kind: kindName, name: made.name },
      },
    });
  }
}

/** Pure. Returns the failure domain that has the fewest machines, the first of several. */
const leastUsed = (domains: readonly string[], used: readonly string[]): string | undefined => {
  const count = (domain: string): number => used.filter((each) => each === domain).length;
  return domains.toSorted((a, b) => count(a) - count(b))[0];
};

const labelsOfPool = ({ metadata, spec }: MachinePool): Readonly<Record<string, string>> => ({
  [labels.cluster]: spec.clusterName,
  [labels.pool]: metadata.name,
});

const ownMachines = async (pool: MachinePool, { objects }: Work): Promise<readonly Machine[]> =>
  (await objects.ofCluster(machineKind, clusterPlace(pool))).filter((each) => isControlledBy(each, pool));

const clusterPlace = (pool: MachinePool): MachinePool => ({
  ...pool,
  metadata: { ...pool.metadata, name: pool.spec.clusterName },
});

/** Finds the nodes of a pool by what identifies its machines. */
async function nodesOf(
  { spec: { providerIDList = [] } }: MachinePool,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<readonly Node[]> {
  const isInitialized = cluster.status?.initialization?.controlPlaneInitialized === true;
  if (providerIDList.length === 0 || !isInitialized) return [];
  const workload = await work.workloads.of(cluster, signal);
  if (!workload) return [];
  const { items } = await objectsOf(workload.objects, nodes).list({ signal });
  const wanted = new Set(providerIDList);
  return (items as readonly Node[]).filter(({ spec }) => wanted.has(spec?.providerID ?? ''));
}

function phaseOf(
  { spec, status }: MachinePool,
  { replicas, readyReplicas }: { readonly replicas: number; readonly readyReplicas: number },
): MachinePoolPhase {
  const { bootstrapDataSecretCreated, infrastructureProvisioned } = status?.initialization ?? {};
  if (!bootstrapDataSecretCreated) return 'Pending';
  if (!infrastructureProvisioned) return 'Provisioning';
  if (replicas < spec.replicas) return 'ScalingUp';
  if (replicas > spec.replicas) return 'ScalingDown';
  return readyReplicas === spec.replicas ? 'Running' : 'Provisioned';
}

/** Machines go first, with their drain, then the pool of the provider, and last what the machines have booted with. */
async function takeDown(pool: MachinePool, work: Work): Promise<Reconciled<MachinePool>> {
  const { namespace } = pool.metadata;
  const owner = controllerReference(machinePoolKind, pool);
  const { bootstrap, infrastructureRef } = pool.spec.template.spec;
  for (const machine of await ownMachines(pool, work)) await work.objects.delete(machineKind, machine);
  const isCleared =
    (await ownMachines(pool, work)).length === 0 &&
    (await deleteOwn(infrastructureRef, owner, namespace, work)) &&
    (await deleteOwn(bootstrap.configRef, owner, namespace, work));
  if (isCleared) return { object: pool, isCleared };
  return {
    object: { ...pool, status: { ...pool.status, phase: 'Deleting' } },
    requeueAfterMs: deletionMs,
  };
}
