import { type Condition, withCondition } from '@ignite/toolkit/object/condition';
import type { ObjectMeta } from '@ignite/toolkit/object/kube-object';

/** What is found of one aspect of an object. */
export interface Finding {
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message?: string;
}

/** The condition of a Cluster that tells whether its API server answers. */
export const connectionProbe = 'RemoteConnectionProbe';

export type Findings = Readonly<Record<string, Finding>>;

/** Pure. Returns the conditions of an object with what was found now. */
export function withFindings(
  conditions: readonly Condition[] | undefined,
  findings: Findings,
  { metadata: { generation } }: { readonly metadata: ObjectMeta },
  nowMs: number,
): readonly Condition[] {
  const now = new Date(nowMs).toISOString();
  return Object.entries(findings).reduce<readonly Condition[]>(
    (all, [type, { status, reason, message = '' }]) =>
      isSame(all, type, { status, reason, message }, generation)
        ? all
        : withCondition(all, { type, status, reason, message, observedGeneration: generation }, now),
    conditions ?? [],
  );
}

/** A condition that stays as it is keeps its place, so that nothing is written. */
function isSame(
  all: readonly Condition[],
  type: string,
  next: Required<Finding>,
  generation: number,
): boolean {
  const old = all.find((each) => each.type === type);
  return (
    old !== undefined &&
    old.status === next.status &&
    old.reason === next.reason &&
    old.message === next.message &&
    old.observedGeneration === generation
  );
}

export const findCondition = (object: { readonly status?: unknown }, type: string): Condition | undefined => {
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions.find((each) => each.type === type);
};

/** Pure. Says that something holds, or does not. */
export const finding = (
  holds: boolean,
  [whenTrue, whenFalse]: readonly [string, string],
  message = '',
): Finding =>
  holds ? { status: 'True', reason: whenTrue } : { status: 'False', reason: whenFalse, message };

/** Pure. Returns the condition of another object under the name that it has here. */
export function mirrored(
  object: { readonly status?: unknown } | undefined,
  type: string,
  missing: Finding,
): Finding {
  const found = object && findCondition(object, type);
  return found ? { status: found.status, reason: found.reason, message: found.message } : missing;
}
