/** One observation of an object's state (Kubernetes API conventions, "Typical status properties"). */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** The reason, one word in CamelCase, for programs. */
  readonly reason: string;
  /** The explanation for people. */
  readonly message: string;
  /** The generation of the object that was observed. */
  readonly observedGeneration: number;
  /** The time of the last change of `status` (RFC 3339). */
  readonly lastTransitionTime: string;
}

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** Pure. Returns the conditions with one of them set. Its transition time changes only with its status. */
export function withCondition(
  conditions: readonly Condition[],
  set: NewCondition,
  now: string,
): readonly Condition[] {
  const old = conditions.find(({ type }) => type === set.type);
  const lastTransitionTime = old && old.status === set.status ? old.lastTransitionTime : now;
  return [...conditions.filter(({ type }) => type !== set.type), { ...set, lastTransitionTime }];
}

/** Pure. Removes a condition such as `Stalled`, which is present only while it is true. */
export const withoutCondition = (conditions: readonly Condition[], type: string): readonly Condition[] =>
  conditions.filter((condition) => condition.type !== type);

export const isTrue = (conditions: readonly Condition[], type: string): boolean =>
  conditions.some((condition) => condition.type === type && condition.status === 'True');
