import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { labels } from '../contract/names.ts';
import { controllerOf, isControlledBy } from '../contract/owner.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Branch, type TreeLine, linesOf, titleOf } from './tree.ts';

/** Pure. Returns a cluster with its parts as a tree: the infrastructure, the control plane, the workers, their Machines and replicas. */
export function clusterTree({
  cluster,
  infrastructure,
  controlPlane,
  deployments,
  pools,
  machines,
  replicas,
}: ClusterView): readonly TreeLine[] {
  const leaves = (some: readonly KubeObject[]): readonly Branch[] =>
    some
      .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en'))
      .map((object) => ({ title: titleOf(object), object, children: [] }));
  const groups = [
    ...deployments.map((object) => ({ object, label: labels.deployment })),
    ...pools.map((object) => ({ object, label: labels.pool })),
  ].map(({ object, label }) => ({
    object,
    members: machines.filter(({ metadata }) => metadata.labels[label] === object.metadata.name),
  }));
  const grouped = new Set(groups.flatMap(({ members }) => members));
  const workers = [
    ...groups.map(({ object, members }) => ({ title: titleOf(object), object, children: leaves(members) })),
    ...leaves(machines.filter((machine) => !isOfControlPlane(machine) && !grouped.has(machine))),
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
              children: leaves([
                ...machines.filter(
                  (machine) =>
                    isControlledBy(machine, controlPlane) ||
                    (isOfControlPlane(machine) && !controllerOf(machine)),
                ),
                // A single one is told of by its control plane.
                ...(replicas.length > 1 ? replicas : []),
              ]),
            },
          ]
        : []),
      ...(workers.length > 0 ? [{ title: 'Workers', children: workers }] : []),
    ],
  });
}
