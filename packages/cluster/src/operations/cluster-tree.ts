import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { findCondition } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { controllerOf, isControlledBy } from '../contract/owner.ts';
import { contractOf } from '../contract/provider-object.ts';
import type { Machine } from '../kinds/machine.ts';
import type { ClusterView } from './cluster-view.ts';

/** A line of the tree of a cluster. */
export interface TreeLine {
  /** The branches before the name. */
  readonly branch: string;
  /** What the object is to the cluster, and its kind and name. */
  readonly title: string;
  /** How many Machines there are of those that are wanted. */
  readonly replicas: string;
  /** The condition that sums up how the object is. */
  readonly condition: Condition | undefined;
}

interface Branch {
  readonly title: string;
  readonly object?: KubeObject;
  readonly children: readonly Branch[];
}

/** Pure. Returns a cluster with its parts as a tree: the infrastructure, the control plane, the workers, their Machines. */
export function clusterTree({
  cluster,
  infrastructure,
  controlPlane,
  deployments,
  machines,
}: ClusterView): readonly TreeLine[] {
  const isOfControlPlane = ({ metadata }: Machine): boolean =>
    Object.hasOwn(metadata.labels, labels.controlPlane);
  const leaves = (some: readonly Machine[]): readonly Branch[] =>
    some
      .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en'))
      .map((machine) => ({ title: titleOf(machine), object: machine, children: [] }));
  const ofDeployment = (name: string): readonly Machine[] =>
    machines.filter(({ metadata }) => metadata.labels[labels.deployment] === name);
  const free = machines.filter(
    (machine) => !isOfControlPlane(machine) && machine.metadata.labels[labels.deployment] === undefined,
  );
  const workers = [
    ...deployments.map((deployment) => ({
      title: titleOf(deployment),
      object: deployment,
      children: leaves(ofDeployment(deployment.metadata.name)),
    })),
    ...leaves(free),
  ];
  return linesOf({
    title: titleOf(cluster),
    object: cluster,
    children: [
      ...(infrastructure
        ? [{ title: `Infrastructure - ${titleOf(infrastructure)}`, object: infrastructure, children: [] }]
        : []),
      ...(controlPlane
        ? [
            {
              title: `ControlPlane - ${titleOf(controlPlane)}`,
              object: controlPlane,
              children: leaves(
                machines.filter(
                  (machine) =>
                    isControlledBy(machine, controlPlane) ||
                    (isOfControlPlane(machine) && !controllerOf(machine)),
                ),
              ),
            },
          ]
        : []),
      ...(workers.length > 0 ? [{ title: 'Workers', children: workers }] : []),
    ],
  });
}

const titleOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

function linesOf(root: Branch): readonly TreeLine[] {
  const below = (parent: Branch, indent: string): readonly TreeLine[] =>
    parent.children.flatMap((child, at) => {
      const isLast = at === parent.children.length - 1;
      return [
        lineOf(child, `${indent}${isLast ? '└─' : '├─'}`),
        ...below(child, `${indent}${isLast ? '  ' : '│ '}`),
      ];
    });
  return [lineOf(root, ''), ...below(root, '')];
}

const lineOf = ({ title, object }: Branch, branch: string): TreeLine => ({
  branch,
  title,
  replicas: object ? replicasOf(object) : '',
  condition: object && summaryOf(object),
});

/** A Machine says in `Ready` what it lacks; `Available` only adds for how long it must have been ready. */
function summaryOf(object: KubeObject): Condition | undefined {
  const [available, ready] = [findCondition(object, 'Available'), findCondition(object, 'Ready')];
  return ready && ready.status !== 'True' ? ready : (available ?? ready);
}

function replicasOf(object: KubeObject): string {
  const { spec, status } = contractOf(object);
  return spec.replicas === undefined ? '' : `${status.readyReplicas ?? 0}/${spec.replicas}`;
}
