import { formatLabelSelector } from '@ignite/toolkit/client/label-selector';
import { withFindings, finding } from '../contract/conditions.ts';
import { annotations, finalizers, labels } from '../contract/names.ts';
import { controllerReference, isControlledBy, ownerReference, withOwner } from '../contract/owner.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDeployment, MachineDeploymentStatus } from '../kinds/machine-deployment.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import { clusterKind, machineDeploymentKind, machineKind, machineSetKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { ownTemplate } from '../runtime/own-template.ts';
import { findCurrentSet, isSameTemplate } from './find-current-set.ts';
import { planOnDelete } from './plan-on-delete.ts';
import { planProportionalScale } from './plan-proportional-scale.ts';
import { planRollingUpdate } from './plan-rolling-update.ts';
import { holds, withFieldsInPlace } from './propagate.ts';
import { type Limits, limitsOf } from './rollout-limits.ts';
import { type SetSize, type Sizes, sum } from './set-size.ts';
import { replicaFindings } from './set-status.ts';

const longestSetName = 58;
const waitMs = 15_000;

/** Replaces the Machines of old templates by those of the current one, step by step. */
export const machineDeploymentController: Controller<MachineDeployment> = {
  name: 'machine-deployment',
  kind: machineDeploymentKind,
  finalizer: finalizers.machineDeployment,
  clusterOf: ({ spec }) => spec.clusterName,
  reconcile: async ({ object, cluster }, work) => {
    if (object.metadata.deletionTimestamp !== undefined) return await takeDown(object, work);
    if (!cluster) return { object, requeueAfterMs: waitMs };
    const { bootstrap, infrastructureRef } = object.spec.template.spec;
    for (const reference of [bootstrap.configRef, infrastructureRef])
      if (reference) await ownTemplate(reference, cluster, work);
    return await roll(await owned(object, cluster, work), work);
  },
};

const owned = async (
  deployment: MachineDeployment,
  cluster: Cluster,
  { objects }: Work,
): Promise<MachineDeployment> =>
  await objects.write(
    machineDeploymentKind,
    deployment,
    withOwner(deployment, ownerReference(clusterKind, cluster)),
  );

async function roll(deployment: MachineDeployment, work: Work): Promise<Reconciled<MachineDeployment>> {
  const { objects, clock } = work;
  const known = await ownSets(deployment, work);
  const found = findCurrentSet(deployment, known, clock.now());
  const isPaused = deployment.spec.paused === true;
  const current = found ?? (isPaused ? undefined : await createSet(deployment, known, work));
  const revised = current && (await withRevision(current, known, work));
  const sets = await ownSets(deployment, work);
  const limits = limitsOf(deployment);
  const old = sets.filter(({ metadata }) => metadata.uid !== revised?.metadata.uid);
  const sizes = planSizes(deployment, limits, revised, old);
  for (const set of sets)
    await objects.write(machineSetKind, set, asWanted(set, deployment, limits, sizes.get(set.metadata.name)));
  const settled = await ownSets(deployment, work);
  const revision = revised?.metadata.annotations[annotations.revision];
  const written = await objects.write(
    machineDeploymentKind,
    deployment,
    withRevisionOf(deployment, revision),
  );
  if (revised && isComplete(revised, settled, limits))
    for (const set of old)
      if (set.spec.replicas === 0 && !set.status?.replicas) await objects.delete(machineSetKind, set);
  return await withStatus(written, settled, limits, work);
}

const ownSets = async (deployment: MachineDeployment, { objects }: Work): Promise<readonly MachineSet[]> => {
  const { metadata, spec } = deployment;
  const place = { ...deployment, metadata: { ...metadata, name: spec.clusterName } };
  return (await objects.ofCluster(machineSetKind, place)).filter(
    (set) => isControlledBy(set, deployment) && set.metadata.deletionTimestamp === undefined,
  );
};

function planSizes(
  deployment: MachineDeployment,
  limits: Limits,
  current: MachineSet | undefined,
  old: readonly MachineSet[],
): Sizes {
  const all = [...(current ? [current] : []), ...old];
  const isScaled = all.some(
    ({ spec, metadata }) =>
      spec.replicas > 0 &&
      (metadata.annotations[annotations.desiredReplicas] ?? String(limits.replicas)) !==
        String(limits.replicas),
  );
  if (!current || deployment.spec.paused || (isScaled && old.some(({ spec }) => spec.replicas > 0)))
    return planProportionalScale(
      limits,
      all.map((set) => ({
        ...sizeOf(set),
        createdMs: createdMs(set),
        previousMost: numberIn(set, annotations.maximumReplicas),
      })),
    );
  const oldest = old
    .toSorted((a, b) => createdMs(a) - createdMs(b) || a.metadata.name.localeCompare(b.metadata.name, 'en'))
    .map(sizeOf);
  return deployment.spec.rollout?.strategy?.type === 'OnDelete'
    ? planOnDelete(limits.replicas, sizeOf(current), oldest)
    : planRollingUpdate({ ...limits, current: sizeOf(current), old: oldest });
}

/** A status that tells of an earlier wish is no ground for what Machines there are: the wish counts too. */
const sizeOf = ({ metadata, spec, status }: MachineSet): SetSize => ({
  name: metadata.name,
  wanted: spec.replicas,
  actual: status?.replicas ?? 0,
  available: status?.availableReplicas ?? 0,
});

const createdMs = ({ metadata }: MachineSet): number => Date.parse(metadata.creationTimestamp);

function numberIn({ metadata }: MachineSet, name: string): number | undefined {
  const text = metadata.annotations[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

async function createSet(
  deployment: MachineDeployment,
  known: readonly MachineSet[],
  { objects, suffix }: Work,
): Promise<MachineSet> {
  const { metadata, spec } = deployment;
  const hash = suffix();
  const own = { [labels.templateHash]: hash };
  const { template } = spec;
  return await objects.create(machineSetKind, {
    metadata: {
      name: `${metadata.name.slice(0, longestSetName - 1)}-${hash}`,
      namespace: metadata.namespace,
      labels: {
        ...template.metadata?.labels,
        ...own,
        [labels.deployment]: metadata.name,
        [labels.cluster]: spec.clusterName,
      },
      annotations: { [annotations.revision]: String(latestRevision(known) + 1) },
      ownerReferences: [controllerReference(machineDeploymentKind, deployment)],
    },
    spec: {
      clusterName: spec.clusterName,
      replicas: 0,
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, ...own } },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...own } },
      },
      ...(spec.machineNaming && { machineNaming: spec.machineNaming }),
      ...(spec.deletion && { deletion: spec.deletion }),
    },
  });
}

const latestRevision = (sets: readonly MachineSet[]): number =>
  Math.max(0, ...sets.map((set) => numberIn(set, annotations.revision) ?? 0));

/** A MachineSet of an earlier template that is wanted again is the newest revision from now on. */
async function withRevision(
  current: MachineSet,
  known: readonly MachineSet[],
  { objects }: Work,
): Promise<MachineSet> {
  const others = latestRevision(known.filter(({ metadata }) => metadata.uid !== current.metadata.uid));
  const own = numberIn(current, annotations.revision) ?? 0;
  if (own > others) return current;
  const all = { ...current.metadata.annotations, [annotations.revision]: String(others + 1) };
  return await objects.write(machineSetKind, current, {
    ...current,
    metadata: { ...current.metadata, annotations: all },
  });
}

const withRevisionOf = (deployment: MachineDeployment, revision: string | undefined): MachineDeployment =>
  revision === undefined || deployment.metadata.annotations[annotations.revision] === revision
    ? deployment
    : {
        ...deployment,
        metadata: {
          ...deployment.metadata,
          annotations: { ...deployment.metadata.annotations, [annotations.revision]: revision },
        },
      };

/** Pure. Returns a MachineSet with its new size and all that is changed in place. */
function asWanted(
  set: MachineSet,
  deployment: MachineDeployment,
  limits: Limits,
  size: number | undefined,
): MachineSet {
  const { spec } = deployment;
  const isFrozen =
    spec.rollout?.strategy?.type === 'OnDelete' && !isSameTemplate(set.spec.template, spec.template);
  const { [annotations.disableMachineCreate]: wasFrozen, ...others } = set.metadata.annotations;
  const told = {
    [annotations.desiredReplicas]: String(limits.replicas),
    [annotations.maximumReplicas]: String(limits.replicas + limits.maxSurge),
    ...(isFrozen && { [annotations.disableMachineCreate]: 'true' }),
  };
  const ofTemplate = spec.template.metadata ?? {};
  const template = withFieldsInPlace(set.spec.template.spec, spec.template.spec);
  const isTold =
    isFrozen === (wasFrozen !== undefined) &&
    holds(set.metadata.annotations, told) &&
    holds(set.spec.template.metadata?.labels ?? {}, ofTemplate.labels ?? {}) &&
    holds(set.spec.template.metadata?.annotations ?? {}, ofTemplate.annotations ?? {});
  if (isTold && template === set.spec.template.spec && (size ?? set.spec.replicas) === set.spec.replicas)
    return set;
  return {
    ...set,
    metadata: { ...set.metadata, annotations: { ...others, ...told } },
    spec: {
      ...set.spec,
      replicas: size ?? set.spec.replicas,
      template: {
        metadata: {
          labels: { ...set.spec.template.metadata?.labels, ...ofTemplate.labels },
          annotations: { ...set.spec.template.metadata?.annotations, ...ofTemplate.annotations },
        },
        spec: template,
      },
    },
  };
}

/** A rollout is complete when all Machines that there are are of the current template, and can be used. */
function isComplete(current: MachineSet, sets: readonly MachineSet[], { replicas }: Limits): boolean {
  const total = sum(sets.map(({ status }) => status?.replicas ?? 0));
  return (
    current.status?.replicas === replicas &&
    current.status.availableReplicas === replicas &&
    total === replicas
  );
}

async function withStatus(
  deployment: MachineDeployment,
  sets: readonly MachineSet[],
  limits: Limits,
  work: Work,
): Promise<Reconciled<MachineDeployment>> {
  const { replicas, maxUnavailable } = limits;
  const uids = new Set(sets.map(({ metadata }) => metadata.uid));
  const place = { ...deployment, metadata: { ...deployment.metadata, name: deployment.spec.clusterName } };
  const machines = (await work.objects.ofCluster(machineKind, place)).filter((machine) =>
    machine.metadata.ownerReferences?.some(({ uid }) => uids.has(uid)),
  );
  const total = (of: (set: MachineSet) => number | undefined): number => sum(sets.map((set) => of(set) ?? 0));
  const counts = {
    replicas: total(({ status }) => status?.replicas),
    readyReplicas: total(({ status }) => status?.readyReplicas),
    availableReplicas: total(({ status }) => status?.availableReplicas),
    upToDateReplicas: total(({ status }) => status?.upToDateReplicas),
  };
  const findings = {
    ...replicaFindings(replicas, machines, false),
    Available: finding(
      counts.availableReplicas >= replicas - maxUnavailable,
      ['Available', 'NotAvailable'],
      `${counts.availableReplicas} of ${replicas} Machines are available`,
    ),
    RollingOut: finding(counts.upToDateReplicas < counts.replicas, ['RollingOut', 'NotRollingOut']),
  };
  const selected = Object.entries(deployment.spec.selector.matchLabels ?? {});
  return {
    object: {
      ...deployment,
      status: {
        ...deployment.status,
        ...counts,
        selector: formatLabelSelector(
          selected.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
        ),
        phase: phaseOf(replicas, counts),
        conditions: withFindings(deployment.status?.conditions, findings, deployment, work.clock.now()),
      },
    },
  };
}

function phaseOf(
  wanted: number,
  { replicas, readyReplicas }: { readonly replicas: number; readonly readyReplicas: number },
): NonNullable<MachineDeploymentStatus['phase']> {
  if (replicas < wanted) return 'ScalingUp';
  if (replicas > wanted) return 'ScalingDown';
  return readyReplicas === wanted ? 'Running' : 'ScalingUp';
}

async function takeDown(deployment: MachineDeployment, work: Work): Promise<Reconciled<MachineDeployment>> {
  for (const set of await ownSets(deployment, work)) await work.objects.delete(machineSetKind, set);
  const place = { ...deployment, metadata: { ...deployment.metadata, name: deployment.spec.clusterName } };
  const left = (await work.objects.ofCluster(machineSetKind, place)).filter((set) =>
    isControlledBy(set, deployment),
  );
  if (left.length === 0) return { object: deployment, isCleared: true };
  return {
    object: { ...deployment, status: { ...deployment.status, phase: 'ScalingDown' } },
    requeueAfterMs: waitMs,
  };
}
