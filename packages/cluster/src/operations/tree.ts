import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { findCondition } from '../contract/conditions.ts';
import { contractOf } from '../contract/provider-object.ts';

/** A line of a tree of objects. */
export interface TreeLine {
  /** The branches before the name. */
  readonly branch: string;
  /** What the object is to the one above it, and its kind and name. */
  readonly title: string;
  /** How many of what it consists of are ready, and are wanted. */
  readonly replicas: string;
  /** The condition that sums up how the object is. */
  readonly condition: Condition | undefined;
}

export interface Branch {
  readonly title: string;
  readonly object?: KubeObject;
  readonly children: readonly Branch[];
}

export const titleOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

/** Pure. Returns the lines of a tree. */
export function linesOf(root: Branch): readonly TreeLine[] {
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
