/** One observation of an object's state (Kubernetes API conventions, "Typical status properties"). */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** One word in CamelCase, for programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
  /** The generation that was looked at. */
  readonly observedGeneration: number;
  /** RFC 3339; when `status` last changed. */
  readonly lastTransitionTime: string;
}

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** Pure. The conditions with one set; its transition time stays while its status does. */
export function withCondition(
  conditions: readonly Condition[],
  set: NewCondition,
  now: string,
): readonly Condition[] {
  const old = conditions.find(({ type }) => type === set.type);
  const lastTransitionTime = old && old.status === set.status ? old.lastTransitionTime : now;
  return [...conditions.filter(({ type }) => type !== set.type), { ...set, lastTransitionTime }];
}

/** Pure. For conditions such as `Stalled` that are there only while they are true. */
export const withoutCondition = (conditions: readonly Condition[], type: string): readonly Condition[] =>
  conditions.filter((condition) => condition.type !== type);

export const isTrue = (conditions: readonly Condition[], type: string): boolean =>
  conditions.some((condition) => condition.type === type && condition.status === 'True');
