import type { HostPod, HostPodSpec } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import type { NewObject } from '@ignite/toolkit/client/object-client';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';
import { connectionProbe } from '../contract/conditions.ts';
import { own } from '../contract/names.ts';
import { ownerReference } from '../contract/owner.ts';
import { clusterNameArgument } from '../hosted-control-plane/plan-programs.ts';
import type { Cluster, ClusterStatus } from '../kinds/cluster.ts';
import type { ClusterSnapshot } from '../kinds/cluster-snapshot.ts';
import { clusterKind, igniteMachineKind, igniteMachineTemplateKind } from '../kinds/object-kinds.ts';
import type { Made } from './list-made.ts';
import { renameReferences } from './rename-references.ts';

/** An object of a new cluster that goes on from a snapshot of another one. */
export interface ClonedObject {
  readonly kind: KindResource;
  /** The uid of the object that it is a copy of, by which owner references name it. */
  readonly uidThen: string;
  readonly object: NewObject;
  readonly status?: unknown;
}

export const clusterOf = (made: readonly Made[]): Cluster =>
  made.find(({ kind }) => kind.kind === clusterKind.kind)!.object as Cluster;

/** Pure. What belongs to a cluster has its name in front, and so has what belongs to a new one. */
export function nameInClone(name: string, from: string, to: string): string {
  if (name === from) return to;
  return name.startsWith(`${from}-`) ? `${to}${name.slice(from.length)}` : `${to}-${name}`;
}

/**
 * Pure. Plans copies of objects for a new cluster that goes on from a snapshot of another one, behind a router of its own. Owners come before what they
 * own, and the Cluster first. Names and references are of the new cluster; what its nodes know of themselves and each other stays as it was.
 */
export function planClone(
  made: readonly Made[],
  snapshot: ClusterSnapshot,
  name: string,
): readonly ClonedObject[] {
  const cluster = clusterOf(made);
  const from = cluster.metadata.name;
  const known = new Set(made.map(({ kind, object }) => `${kind.kind}/${object.metadata.name}`));
  const nameOf = (kind: string, old: string): string =>
    known.has(`${kind}/${old}`) ? nameInClone(old, from, name) : old;
  const uids = new Set(made.map(({ object }) => object.metadata.uid));
  return ownersFirst(
    made.map(({ kind, object }): ClonedObject => {
      const { metadata, status, ...content } = renameReferences(withoutObservations(object), nameOf);
      const isOnHost = kind.kind === hostPodKind.kind || kind.kind === vmKind.kind;
      return {
        ...{ kind, uidThen: metadata.uid },
        object: {
          ...content,
          metadata: {
            ...{ namespace: metadata.namespace, name: nameOf(kind.kind, object.metadata.name) },
            labels: withoutNotes(metadata.labels),
            annotations: withoutNotes(metadata.annotations),
            ...(!isOnHost && { finalizers: metadata.finalizers }),
            ownerReferences: ownersOf(metadata, uids, cluster, nameOf('Cluster', from)),
          },
          ...(content['spec'] !== undefined && {
            spec: specInClone({ kind, object }, content['spec'], snapshot, { from, to: name }),
          }),
        },
        ...(status !== undefined &&
          !isOnHost && { status: kind.kind === clusterKind.kind ? withoutProbe(status) : status }),
      };
    }),
  );
}

/** What a controller has seen of the other object, it has not seen of the new one. */
function withoutObservations<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutObservations) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => field !== 'observedGeneration')
      .map(([field, held]) => [field, withoutObservations(held)]),
  ) as T;
}

/** Whether the API server of the new cluster answers is to be found out, and then told to all that wait for it. */
function withoutProbe(status: unknown): ClusterStatus {
  const { conditions = [], ...rest } = status as ClusterStatus;
  return { ...rest, conditions: conditions.filter(({ type }) => type !== connectionProbe) };
}

/** The notes of those who care for the other cluster, and not for this one: commands, kubectl and Syncs. */
const isNote = (name: string): boolean =>
  Object.values<string>(own).includes(name) ||
  name === 'kubectl.kubernetes.io/last-applied-configuration' ||
  name.startsWith('gitops.weave.works/');

const withoutNotes = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(texts).filter(([name]) => !isNote(name)));

/** What nobody owns, such as keys that somebody has brought, belongs to the new cluster and goes with it. */
function ownersOf(
  { uid, ownerReferences = [] }: KubeObject['metadata'],
  copied: ReadonlySet<string>,
  cluster: Cluster,
  name: string,
): readonly OwnerReference[] {
  const owners = ownerReferences.filter((owner) => copied.has(owner.uid));
  if (owners.length > 0 || uid === cluster.metadata.uid) return owners;
  return [{ ...ownerReference(clusterKind, cluster), name }];
}

/** The names of a cluster and of the one that is made of it. The router of the latter has its name. */
interface NewName {
  readonly from: string;
  readonly to: string;
}

interface WithVm {
  readonly vm: VmSpec;
}

function specInClone(
  { kind, object }: Made,
  spec: unknown,
  snapshot: ClusterSnapshot,
  { from, to: router }: NewName,
): unknown {
  switch (kind.kind) {
    case hostPodKind.kind:
      return podInClone(object as HostPod, spec as HostPodSpec, snapshot, { from, to: router });
    case vmKind.kind:
      return vmInClone(object as Vm, spec as VmSpec, snapshot, router);
    case igniteMachineKind.kind:
      return behindRouter(spec as WithVm, router);
    case igniteMachineTemplateKind.kind: {
      const { template, ...more } = spec as { readonly template: { readonly spec: WithVm } };
      return { ...more, template: { ...template, spec: behindRouter(template.spec, router) } };
    }
    default:
      return spec;
  }
}

const behindRouter = <T extends WithVm>(spec: T, router: string): T => ({
  ...spec,
  vm: { ...spec.vm, network: { ...spec.vm.network, router } },
});

/**
 * The programs begin with what those of the other pod kept, and at the address that the nodes know. They are what their controller wants of them
 * from the beginning, and so are not started twice.
 */
function podInClone(
  { metadata, status }: HostPod,
  { copies: _copies, ...spec }: HostPodSpec,
  { spec: { copy, podNames, template } }: ClusterSnapshot,
  { from, to: router }: NewName,
): HostPodSpec {
  const renamed = (argument: string): string =>
    argument === clusterNameArgument(from) ? clusterNameArgument(router) : argument;
  return {
    ...spec,
    programs: spec.programs.map((program) => ({ ...program, command: program.command.map(renamed) })),
    power: 'Running',
    restored: { copy, id: copy, podName: (template && podNames[0]) ?? metadata.name },
    ...(status?.address !== undefined && { address: status.address }),
    router,
  };
}

/** The guest is loaded while the control plane starts, and does not go on before that is ready. */
function vmInClone({ metadata }: Vm, spec: VmSpec, snapshot: ClusterSnapshot, router: string): VmSpec {
  const { snapshot: of } = snapshot.spec.machines.find(({ vmUid }) => vmUid === metadata.uid)!;
  return {
    ...spec,
    power: 'Paused',
    source: { snapshot: of, identity: 'Kept' },
    network: { ...spec.network, router },
  };
}

/** Orders objects so that each comes after its owners. */
function ownersFirst(cloned: readonly ClonedObject[]): readonly ClonedObject[] {
  const ordered: ClonedObject[] = [];
  const done = new Set<string>();
  let left = cloned;
  while (left.length > 0) {
    const ready = left.filter(({ object }) =>
      (object.metadata.ownerReferences ?? []).every(({ uid }) => done.has(uid)),
    );
    // Owners that own each other have no order.
    const next = ready.length > 0 ? ready : left;
    for (const each of next) done.add(each.uidThen);
    ordered.push(...next);
    left = left.filter(({ uidThen }) => !done.has(uidThen));
  }
  return ordered;
}
