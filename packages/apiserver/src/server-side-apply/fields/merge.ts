import { isRecord } from '../../structural-schema/json-record.ts';
import { type Part, type Schema, partsOf, schemaOfField } from './structure.ts';

/** Returns a value with all that is applied to it. */
export function merged(live: unknown, applied: unknown, schema: Schema): unknown {
  const parts = partsOf(applied, schema);
  const liveParts = partsOf(live, schema);
  if (parts === undefined || liveParts === undefined) return applied;
  if (isRecord(applied) && isRecord(live)) return mergedRecord(live, applied, schema);
  return Array.isArray(applied) && Array.isArray(live) ? mergedItems(liveParts, parts) : applied;
}

function mergedRecord(
  live: Readonly<Record<string, unknown>>,
  applied: Readonly<Record<string, unknown>>,
  schema: Schema,
): unknown {
  const entries = Object.entries(applied).map(([name, value]) => [
    name,
    Object.hasOwn(live, name) ? merged(live[name], value, schemaOfField(schema, name)) : value,
  ]);
  return Object.fromEntries([...Object.entries(live), ...entries]);
}

/** Items come in the order that is applied, and other items stay behind those that they are behind. */
function mergedItems(live: readonly Part[], applied: readonly Part[]): readonly unknown[] {
  const wanted = new Set(applied.map(({ element }) => element));
  const liveAt = new Map(live.map(({ element }, at) => [element, at]));
  const items: unknown[] = [];
  let next = 0;
  const keepOthersUntil = (end: number): void => {
    for (; next < end; next += 1) if (!wanted.has(live[next]!.element)) items.push(live[next]!.value);
  };
  for (const { element, value, schema } of applied) {
    while (next < live.length && !wanted.has(live[next]!.element)) keepOthersUntil(next + 1);
    const at = liveAt.get(element);
    items.push(at === undefined ? value : merged(live[at]!.value, value, schema));
    if (at !== undefined && at >= next) keepOthersUntil(at + 1);
  }
  keepOthersUntil(live.length);
  return items;
}
