import { createHash } from 'node:crypto';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { outdatedTemplates } from '@ignite/api/v1/template';
import type { Cluster } from '../kinds/cluster.ts';
import type { ClusterSnapshot, ClusterTemplate } from '../kinds/cluster-snapshot.ts';
import { own } from '../contract/names.ts';
import { requestProblem } from '../operations/clone-problem.ts';
import { lostSnapshot } from '../operations/lost-snapshot.ts';
import type { ClusterRequest } from '../operations/cluster-request.ts';
import { planCluster } from '../operations/plan-cluster.ts';

/** A snapshot of a cluster that is a template. */
export interface TemplateSnapshot extends ClusterSnapshot {
  readonly spec: ClusterSnapshot['spec'] & { readonly template: ClusterTemplate };
}

export const isClusterTemplate = (snapshot: ClusterSnapshot): snapshot is TemplateSnapshot =>
  snapshot.spec.template !== undefined;

/**
 * Pure. Names the kind of the template from which a cluster can start: all that would be built for it but its name and namespace. What the names of
 * images stand for is looked at when there is a template.
 */
export function templateKeyOf(request: ClusterRequest): string {
  const planned = planCluster({ ...request, namespace: 'default', name: 'cluster' });
  const built = planned.map(({ kind, object }) => [kind.kind, object]);
  return createHash('sha256').update(JSON.stringify(built)).digest('hex').slice(0, 32);
}

/** Pure. Returns why a cluster neither starts from a template nor has one kept of it, or undefined if it does. */
export const templateObstacle = (request: ClusterRequest): string | undefined =>
  requestProblem(request) ??
  (request.workers.replicas === 0 ? 'it has no VMs, whose boot a template would save' : undefined);

/** What is on a host now. */
export interface HostContent {
  readonly version: string;
  readonly snapshots: readonly Snapshot[];
  readonly kernels: readonly Pick<Kernel, 'status'>[];
  /** The images for which names stand. A name that stands for none is not there. */
  readonly images: ReadonlyMap<string, Pick<Image, 'status'>>;
}

/** Pure. Returns the Snapshots of the VMs of a template that are there. */
export const snapshotsOf = (
  { metadata: { namespace }, spec: { machines } }: TemplateSnapshot,
  snapshots: readonly Snapshot[],
): readonly Snapshot[] => {
  const names = new Set(machines.map(({ snapshot }) => snapshot));
  return snapshots.filter(({ metadata }) => metadata.namespace === namespace && names.has(metadata.name));
};

/**
 * Pure. Tells whether a template is another host's: of the hosts that share a store, each has those of which Snapshots are on it. A host
 * that is alone has all of them, those too whose Snapshots somebody has removed.
 */
export const isElsewhere = (
  template: TemplateSnapshot,
  snapshots: readonly Snapshot[],
  isAlone: boolean,
): boolean => !isAlone && snapshotsOf(template, snapshots).length === 0;

/** Pure. Returns why no cluster starts from a template any more: what would be built today would not be the same. */
export function templateProblem(template: TemplateSnapshot, now: HostContent): string | undefined {
  const { version } = template.spec.template;
  if (version !== now.version) return `it is of Ignite ${version}, and this is ${now.version}`;
  const lost = lostSnapshot(template.spec, template.metadata.namespace, now.snapshots);
  if (lost !== undefined) return lost;
  for (const { status } of snapshotsOf(template, now.snapshots)) {
    const { oci } = status.vmSpec.image;
    if (now.images.get(oci)?.status.digest !== status.image.digest)
      return `its image ${oci} is gone, or another one now`;
    if (!now.kernels.some((kernel) => kernel.status.id === status.kernel.id))
      return `its kernel ${status.kernel.version} is gone, or another one now`;
  }
  return undefined;
}

/** Pure. Returns the snapshot from which a cluster is being made, if it is. */
export const sourceOf = ({ metadata: { annotations } }: Cluster): string | undefined =>
  annotations[own.cloning]?.split('.')[0];

/** Pure. Tells whether a cluster is being made from a template, which it needs until it goes on. */
export const isInUse = (
  { metadata: { namespace, name } }: TemplateSnapshot,
  clusters: readonly Cluster[],
): boolean => clusters.some((each) => each.metadata.namespace === namespace && sourceOf(each) === name);

/** Pure. Returns the templates that are to go, since there are too many of them, or they are too old. Those from which a cluster is being made stay. */
export function outdatedClusterTemplates(
  templates: readonly TemplateSnapshot[],
  clusters: readonly Cluster[],
  nowMs: number,
): readonly TemplateSnapshot[] {
  return outdatedTemplates(templates, ({ spec }) => spec.template.key, nowMs).filter(
    (template) => !isInUse(template, clusters),
  );
}
