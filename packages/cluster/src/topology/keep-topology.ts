import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type Finding, findCondition } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { ownerReference, withOwner } from '../contract/owner.ts';
import type { ContractReference } from '../contract/reference.ts';
import { type ClusterClass, contractReferenceOf, templatesOfClass } from '../kinds/cluster-class.ts';
import type { Cluster } from '../kinds/cluster.ts';
import {
  clusterClassKind,
  clusterKind,
  machineDeploymentKind,
  machineHealthCheckKind,
  machineKind,
  machineSetKind,
} from '../kinds/object-kinds.ts';
import type { Topology } from '../kinds/topology.ts';
import type { Work } from '../runtime/controller.ts';
import { type External, findExternal } from '../runtime/external.ts';
import { annotationsOfNew, withDecided } from './merge-fields.ts';
import { type Blueprint, type TopologyPlan, planTopology } from './plan-topology.ts';
import type { PlannedPart } from './planned-part.ts';
import type { SeenTopology } from './seen-topology.ts';
import { TopologyProblem } from './topology-problem.ts';
import { progressFinding } from './progress-finding.ts';

export interface KeptTopology {
  /** The Cluster, which refers to its infrastructure and its control plane now. */
  readonly cluster: Cluster;
  /** The condition `TopologyReconciled`. */
  readonly finding: Finding;
}

/** What is wrong with what people wrote; nothing gets better by trying again. */
const refusals = ['INVALID', 'BAD_REQUEST', 'FORBIDDEN', 'NOT_FOUND'];

/** Makes the objects of a cluster what its topology says. If that is impossible, the condition says why, and nothing further is changed. */
export async function keepTopology(cluster: Cluster, topology: Topology, work: Work): Promise<KeptTopology> {
  try {
    const blueprint = await readBlueprint(cluster, topology, work);
    if (!blueprint) return { cluster, finding: classNotReconciled };
    const plan = planTopology(blueprint, await look(cluster, topology, work), work.schemas);
    const referring = await put(plan, cluster, work);
    await removeRest(plan, referring, blueprint, work);
    return { cluster: referring, finding: progressFinding(topology.version, plan.progress) };
  } catch (failure) {
    const isRefused = failure instanceof TopologyProblem || refusals.some((code) => hasCode(failure, code));
    if (!isRefused) throw failure;
    // What was written before the failure has made the Cluster newer.
    const { namespace, name } = cluster.metadata;
    const now = (await work.objects.get(clusterKind, { namespace, name })) ?? cluster;
    return {
      cluster: { ...now, status: cluster.status ?? {} },
      finding: { status: 'False', reason: 'ReconcileFailed', message: errorText(failure) },
    };
  }
}

const classNotReconciled: Finding = {
  status: 'False',
  reason: 'ClusterClassNotReconciled',
  message: 'the ClusterClass has not been looked at yet',
};

/** @throws TopologyProblem */
async function readBlueprint(
  cluster: Cluster,
  { classRef }: Topology,
  work: Work,
): Promise<Blueprint | undefined> {
  const { namespace } = cluster.metadata;
  if ((classRef.namespace ?? namespace) !== namespace)
    throw new TopologyProblem(['the ClusterClass must be in the namespace of the Cluster']);
  const found = await work.objects.get(clusterClassKind, { namespace, name: classRef.name });
  if (!found) throw new TopologyProblem([`there is no ClusterClass ${classRef.name}`]);
  if (found.status?.observedGeneration !== found.metadata.generation) return undefined;
  const variables = findCondition(found, 'VariablesReady');
  if (variables?.status === 'False')
    throw new TopologyProblem([`ClusterClass ${classRef.name}: ${variables.message}`]);
  return { class: found, templateOf: await readTemplates(found, work) };
}

async function readTemplates(clusterClass: ClusterClass, work: Work): Promise<Blueprint['templateOf']> {
  const found = new Map<string, KubeObject>();
  const missing: string[] = [];
  for (const { reference } of templatesOfClass(clusterClass.spec)) {
    const contract = contractReferenceOf(reference);
    const { object } = await findExternal(contract, clusterClass.metadata.namespace, work);
    if (object) found.set(textOf(contract), object);
    else missing.push(`there is no ${reference.kind} ${reference.name}`);
  }
  if (missing.length > 0) throw new TopologyProblem(missing);
  return (reference) => found.get(textOf(contractReferenceOf(reference)))!;
}

async function look(cluster: Cluster, topology: Topology, work: Work): Promise<SeenTopology> {
  const { controlPlaneRef } = cluster.spec;
  const deployments = await work.objects.ofCluster(machineDeploymentKind, cluster);
  return {
    ...{ cluster, topology },
    controlPlane:
      controlPlaneRef && (await findExternal(controlPlaneRef, cluster.metadata.namespace, work)).object,
    deployments: new Map(
      deployments
        .filter(isOwned)
        .map((each) => [each.metadata.labels[labels.topologyDeployment] ?? '', each]),
    ),
    machines: await work.objects.ofCluster(machineKind, cluster),
  };
}

/** Writes the objects in such an order that what refers to another comes after it. */
async function put(
  { infrastructure, controlPlane, templates, deployments, healthChecks }: TopologyPlan,
  cluster: Cluster,
  work: Work,
): Promise<Cluster> {
  await putPart(infrastructure, cluster, work);
  for (const template of templates) await createPart(template, cluster, work);
  await putPart(controlPlane, cluster, work);
  const references = { infrastructureRef: infrastructure.reference, controlPlaneRef: controlPlane.reference };
  const { infrastructureRef, controlPlaneRef } = cluster.spec;
  const isReferring =
    infrastructureRef?.name === infrastructure.reference.name &&
    controlPlaneRef?.name === controlPlane.reference.name;
  const written = await work.objects.write(
    clusterKind,
    cluster,
    isReferring ? cluster : { ...cluster, spec: { ...cluster.spec, ...references } },
  );
  for (const part of [...deployments, ...healthChecks]) await putPart(part, cluster, work);
  return { ...written, status: cluster.status ?? {} };
}

async function putPart(part: PlannedPart, cluster: Cluster, work: Work): Promise<void> {
  const { kind, object } = await createPart(part, cluster, work);
  if (!object || object.metadata.deletionTimestamp !== undefined) return;
  const owner = ownerReference(clusterKind, cluster);
  await work.objects.write(kind, object, withOwner(withDecided(object, part), owner));
}

/**
 * Creates an object unless it is there. Resolves with the one that was.
 * @throws TopologyProblem if that is not the topology's
 */
async function createPart(part: PlannedPart, cluster: Cluster, work: Work): Promise<External> {
  const { namespace } = cluster.metadata;
  const { name } = part.reference;
  const found = await findExternal(part.reference, namespace, work);
  const { kind, object } = found;
  if (object && !isTopologys(object, part, cluster))
    throw new TopologyProblem([
      `${part.reference.kind} ${name} is there already, and belongs to nobody or to others`,
    ]);
  if (!object)
    await work.objects.create(kind, {
      metadata: {
        ...{ name, namespace, labels: part.labels, annotations: annotationsOfNew(part) },
        ownerReferences: [ownerReference(clusterKind, cluster)],
      },
      spec: part.spec,
    });
  return found;
}

/** Tells whether an object is this part of the topology: not one of others, nor another MachineDeployment of it. */
const isTopologys = (object: KubeObject, part: PlannedPart, cluster: Cluster): boolean =>
  isOwned(object) &&
  object.metadata.labels[labels.cluster] === cluster.metadata.name &&
  // A label that somebody has taken away is put back.
  [undefined, part.labels[labels.topologyDeployment]].includes(
    object.metadata.labels[labels.topologyDeployment],
  );

/** Deletes what the topology owns and consists of no more. A template stays as long as Machines are made from it. */
async function removeRest(
  plan: TopologyPlan,
  cluster: Cluster,
  { class: clusterClass }: Blueprint,
  work: Work,
): Promise<void> {
  const { objects, providers } = work;
  const topologyNames = new Set(
    (cluster.spec.topology?.workers?.machineDeployments ?? []).map(({ name }) => name),
  );
  const deployments = await objects.ofCluster(machineDeploymentKind, cluster);
  for (const each of deployments.filter(isOwned))
    if (!topologyNames.has(each.metadata.labels[labels.topologyDeployment] ?? ''))
      await objects.delete(machineDeploymentKind, each);
  const checks = new Set(plan.healthChecks.map(({ reference }) => reference.name));
  for (const each of (await objects.ofCluster(machineHealthCheckKind, cluster)).filter(isOwned))
    if (!checks.has(each.metadata.name)) await objects.delete(machineHealthCheckKind, each);
  const sets = await objects.ofCluster(machineSetKind, cluster);
  const used = new Set(
    [...deployments, ...sets]
      .flatMap(({ spec }) => [
        spec.template.spec.infrastructureRef,
        ...(spec.template.spec.bootstrap.configRef ? [spec.template.spec.bootstrap.configRef] : []),
      ])
      .concat(plan.templates.map(({ reference }) => reference))
      .map(textOf),
  );
  const kinds = new Map(
    templatesOfClass(clusterClass.spec)
      .map(({ reference }) => contractReferenceOf(reference))
      .concat(plan.templates.map(({ reference }) => reference))
      .map((reference) => [`${reference.kind}.${reference.apiGroup}`, reference]),
  );
  for (const reference of kinds.values()) {
    const kind = await providers.find(reference);
    for (const template of (await objects.ofCluster(kind, cluster)).filter(isOwned))
      if (!used.has(textOf({ ...reference, name: template.metadata.name })))
        await objects.delete(kind, template);
  }
}

const isOwned = ({ metadata }: KubeObject): boolean => Object.hasOwn(metadata.labels, labels.topologyOwned);

const textOf = ({ apiGroup, kind, name }: ContractReference): string => `${kind}.${apiGroup}/${name}`;
