import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { finding, withFindings } from '../contract/conditions.ts';
import { annotations, labels } from '../contract/names.ts';
import { ownerReference, withOwner } from '../contract/owner.ts';
import { type Cluster, isPaused } from '../kinds/cluster.ts';
import type {
  AppliedResource,
  ClusterResourceSet,
  ClusterResourceSetBinding,
  SetResource,
} from '../kinds/cluster-resource-set.ts';
import {
  clusterKind,
  clusterResourceSetBindingKind,
  clusterResourceSetKind,
  configMapObjects,
  secretObjects,
} from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import { applyManifests } from './apply-manifests.ts';
import { hashOf, planManifests } from './plan-manifests.ts';

/** The type of the Secrets whose manifests may be applied. */
const secretType = 'addons.cluster.x-k8s.io/resource-set';
/** How often it is looked for what is not applied yet, and for new Clusters and other manifests. */
const lookMs = { pending: 10_000, applied: 60_000 };

/** Applies manifests in the Clusters that they are for, once their control planes answer. */
export const clusterResourceSetController: Controller<ClusterResourceSet> = {
  name: 'cluster-resource-set',
  kind: clusterResourceSetKind,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work, signal) => {
    if (object.metadata.deletionTimestamp !== undefined) return { object };
    // A set of one Cluster goes with it.
    const set = cluster
      ? await work.objects.write(
          clusterResourceSetKind,
          object,
          withOwner(object, ownerReference(clusterKind, cluster)),
        )
      : object;
    const clusters = await selectedClusters(set, work, signal);
    const problems: string[] = [];
    for (const each of clusters)
      for (const problem of await applyIn(each, set, work, signal))
        problems.push(`${each.metadata.name}: ${problem}`);
    return settled(set, problems, work);
  },
};

async function selectedClusters(
  { metadata: { namespace }, spec: { clusterSelector } }: ClusterResourceSet,
  { objects }: Work,
  signal: AbortSignal,
): Promise<readonly Cluster[]> {
  const { matchLabels, matchExpressions } = clusterSelector;
  if (Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length === 0) return [];
  const { items } = await new KindClient(objects.client, clusterKind).list({ namespace, signal });
  return items.filter(
    (cluster) =>
      cluster.metadata.deletionTimestamp === undefined &&
      !isPaused(cluster) &&
      !Object.hasOwn(cluster.metadata.annotations, annotations.paused) &&
      selectsLabels(clusterSelector, cluster.metadata.labels),
  );
}

/** Applies what is not applied yet. Resolves with what hinders that. */
async function applyIn(
  cluster: Cluster,
  set: ClusterResourceSet,
  work: Work,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const workload = cluster.status?.initialization?.controlPlaneInitialized
    ? await work.workloads.of(cluster, signal)
    : undefined;
  if (!workload) return ['its control plane does not answer yet'];
  const problems: string[] = [];
  for (const resource of set.spec.resources) {
    const known = await appliedBefore(cluster, set, resource, work);
    const isKept = set.spec.strategy === 'Reconcile';
    if (known?.applied && !isKept) continue;
    try {
      const data = await manifestsOf(resource, set, work, signal);
      const hash = hashOf(data);
      if (known?.applied && known.hash === hash) continue;
      await applyManifests(workload, planManifests(data), isKept, signal);
      const lastAppliedTime = new Date(work.clock.now()).toISOString();
      await note(cluster, set, { ...resource, hash, lastAppliedTime, applied: true }, work);
    } catch (failure) {
      signal.throwIfAborted();
      problems.push(`${resource.kind} ${resource.name}: ${errorText(failure)}`);
    }
  }
  return problems;
}

/** Reads manifests, and becomes an owner of what they are in. */
async function manifestsOf(
  { kind, name }: SetResource,
  set: ClusterResourceSet,
  { objects }: Work,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { namespace } = set.metadata;
  const found = objectsOf(objects.client, kind === 'Secret' ? secretObjects : configMapObjects);
  const owner = ownerReference(clusterResourceSetKind, set);
  const object = await found.modify({ namespace, name }, (now) => withOwner(now, owner), { signal });
  const { data = {}, type } = object as KubeObject & {
    readonly data?: Readonly<Record<string, string>>;
    readonly type?: string;
  };
  if (kind === 'ConfigMap') return data;
  if (type !== secretType) throw new Error(`its type is not ${secretType}`);
  return Object.fromEntries(Object.keys(data).map((field) => [field, textIn(object, field) ?? '']));
}

async function appliedBefore(
  { metadata: { namespace, name } }: Cluster,
  set: ClusterResourceSet,
  resource: SetResource,
  { objects }: Work,
): Promise<AppliedResource | undefined> {
  const binding = await new KindClient(objects.client, clusterResourceSetBindingKind).find({
    namespace,
    name,
  });
  return binding?.spec.bindings
    .find(({ clusterResourceSetName }) => clusterResourceSetName === set.metadata.name)
    ?.resources.find((each) => each.kind === resource.kind && each.name === resource.name);
}

/** Notes what was applied. The note goes with the Cluster. */
async function note(
  cluster: Cluster,
  set: ClusterResourceSet,
  applied: AppliedResource,
  { objects }: Work,
): Promise<void> {
  const { namespace, name } = cluster.metadata;
  const bindings = new KindClient(objects.client, clusterResourceSetBindingKind);
  const metadata = {
    ...{ namespace, name, labels: { [labels.cluster]: name } },
    ownerReferences: [ownerReference(clusterKind, cluster)],
  };
  await bindings.modifyOrCreate(
    async () =>
      await bindings.modify({ namespace, name }, (now) => withApplied(now, set.metadata.name, applied)),
    {
      metadata,
      spec: {
        clusterName: name,
        bindings: [{ clusterResourceSetName: set.metadata.name, resources: [applied] }],
      },
    },
  );
}

/** Pure. Returns a binding in which a resource is noted as applied. */
function withApplied(
  binding: ClusterResourceSetBinding,
  setName: string,
  applied: AppliedResource,
): ClusterResourceSetBinding {
  const { spec } = binding;
  const own = spec.bindings.find(({ clusterResourceSetName }) => clusterResourceSetName === setName);
  const others = spec.bindings.filter((each) => each !== own);
  const kept = (own?.resources ?? []).filter(
    ({ kind, name }) => kind !== applied.kind || name !== applied.name,
  );
  const next = { clusterResourceSetName: setName, resources: [...kept, applied] };
  return { ...binding, spec: { ...spec, bindings: [...others, next] } };
}

function settled(
  set: ClusterResourceSet,
  problems: readonly string[],
  { clock }: Work,
): Reconciled<ClusterResourceSet> {
  const ResourcesApplied = finding(problems.length === 0, ['Applied', 'NotApplied'], problems.join('; '));
  const conditions = withFindings(set.status?.conditions, { ResourcesApplied }, set, clock.now());
  return {
    object: { ...set, status: { ...set.status, conditions } },
    requeueAfterMs: problems.length > 0 ? lookMs.pending : lookMs.applied,
  };
}
