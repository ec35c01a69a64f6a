import type { Machine } from '../kinds/machine.ts';
import type { Taint } from '../workload/node.ts';

/** The taints of a node, and those of its Machine that it has to lose again when the Machine does. */
export interface NodeTaints {
  readonly taints: readonly Taint[];
  /** The taints that are kept from now on, as they are noted on the node. */
  readonly kept: string;
}

const idOf = ({ key, effect }: Pick<Taint, 'key' | 'effect'>): string => `${key}:${effect}`;

/**
 * Pure. Returns the taints that a node is to have: its own, those that its Machine gives it once, at its beginning, and those
 * that it keeps there.
 * @param noted the taints that its Machine has kept there so far
 */
export function nodeTaints(
  own: readonly Taint[],
  { taints: wanted = [] }: Machine['spec'],
  { noted, isNew }: { readonly noted: string; readonly isNew: boolean },
): NodeTaints {
  const always = wanted.filter(({ propagation }) => propagation === 'Always');
  const given = isNew ? wanted : always;
  const gone = new Set(
    noted.split(',').filter((id) => id !== '' && !always.some((each) => idOf(each) === id)),
  );
  const kept = own.filter((taint) => !gone.has(idOf(taint)));
  const taintOf = ({ key, value, effect }: (typeof wanted)[number]): Taint => ({
    key,
    ...(value !== undefined && { value }),
    effect,
  });
  const changed = kept.map((taint) => {
    const same = given.find((each) => idOf(each) === idOf(taint));
    return same && same.value !== taint.value ? taintOf(same) : taint;
  });
  const added = given.filter((each) => !kept.some((taint) => idOf(taint) === idOf(each))).map(taintOf);
  const isSame = gone.size === 0 && added.length === 0 && changed.every((taint, at) => taint === own[at]);
  return {
    taints: isSame ? own : [...changed, ...added],
    kept: always.map(idOf).toSorted().join(','),
  };
}
