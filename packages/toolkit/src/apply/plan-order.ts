import { type ObjectKey, keyText } from '../object/object-key.ts';
import type { Action } from './action.ts';

export type Stage = readonly Action[];

export interface Order {
  readonly stages: readonly Stage[];
  readonly refused: readonly { readonly key: ObjectKey; readonly message: string }[];
}

/** The limit of the length of a chain of dependencies. */
const depthLimit = 1_000;

/**
 * Pure. Orders the actions: first creations and changes, by wave, then by dependency and kind; then deletions
 * in reverse order. An object that depends on itself or on an undeclared object is refused, which does not
 * stop the others.
 */
export function orderActions(actions: readonly Action[], kindOrder: readonly string[]): Order {
  const kept = actions.filter(({ kind }) => kind !== 'delete');
  const deleted = actions.filter(({ kind }) => kind === 'delete');
  const { levels, refused } = levelsOf(kept, kindOrder);
  const making = grouped(
    kept.filter(({ key }) => levels.has(keyText(key))),
    (action) => [action.policy.wave, levels.get(keyText(action.key))!],
  );
  const removing = grouped(deleted, (action) => [-action.policy.wave, -rankOf(action.key.kind, kindOrder)]);
  return { stages: [...making, ...removing], refused };
}

/** Returns the depth of each object in the graph of dependencies. Objects of earlier kinds are less deep. */
function levelsOf(
  actions: readonly Action[],
  kindOrder: readonly string[],
): { readonly levels: ReadonlyMap<string, number>; readonly refused: Order['refused'] } {
  const byKey = new Map(actions.map((action) => [keyText(action.key), action]));
  const levels = new Map<string, number>();
  const messages = new Map<string, string>();
  const visit = (id: string, above: readonly string[]): number | undefined => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    if (messages.has(id)) return undefined;
    if (above.includes(id)) {
      const circle = [...above.slice(above.indexOf(id)), id].join(' → ');
      for (const member of above.slice(above.indexOf(id)))
        messages.set(member, `it depends on itself: ${circle}`);
      return undefined;
    }
    if (above.length > depthLimit) {
      messages.set(id, `its dependencies are nested more than ${depthLimit} deep`);
      return undefined;
    }
    const action = byKey.get(id)!;
    let level = rankOf(action.key.kind, kindOrder);
    for (const needed of action.policy.dependsOn) {
      const other = byKey.get(needed);
      if (!other) messages.set(id, `it depends on ${needed}, which is not declared`);
      else if (other.policy.wave > action.policy.wave)
        messages.set(id, `it depends on ${needed}, which comes in a later wave`);
      else {
        const below = visit(needed, [...above, id]);
        if (below === undefined && !messages.has(id))
          messages.set(id, `it depends on ${needed}, which was refused`);
        level = Math.max(level, (below ?? 0) + 1);
      }
    }
    if (messages.has(id)) return undefined;
    levels.set(id, level);
    return level;
  };
  for (const id of byKey.keys()) visit(id, []);
  const refused = [...messages].map(([id, message]) => ({ key: byKey.get(id)!.key, message }));
  return { levels, refused };
}

function rankOf(kind: string, kindOrder: readonly string[]): number {
  const rank = kindOrder.indexOf(kind);
  return rank === -1 ? kindOrder.length : rank;
}

function grouped(
  actions: readonly Action[],
  placeOf: (action: Action) => readonly [number, number],
): readonly Stage[] {
  const groups = Map.groupBy(actions, (action) => placeOf(action).join('/'));
  return [...groups.values()]
    .map((stage) => ({ stage, place: placeOf(stage[0]!) }))
    .sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1])
    .map(({ stage }) => stage);
}
