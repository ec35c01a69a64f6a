import { isSameJson } from '@ignite/toolkit/object/same-json';
import { type Fields, isFields } from './field-moves.ts';

/**
 * What of a value another version cannot express: the whole of it, or what of its fields or items; or a list that came back
 * as another one.
 */
export type Kept =
  | { readonly value: unknown }
  | { readonly fields: Readonly<Record<string, Kept>> }
  | { readonly items: readonly (Kept | null)[] }
  | { readonly list: readonly unknown[]; readonly survived: unknown };

/** Pure. Returns what of a value is missing after it was converted there and back; `undefined` if nothing is. */
export function keptOf(value: unknown, survived: unknown): Kept | undefined {
  if (survived === undefined) return value === undefined ? undefined : { value };
  if (Array.isArray(value)) {
    if (isSameJson(value, survived)) return undefined;
    const others: readonly unknown[] = Array.isArray(survived) ? survived : [];
    const items = value.map((each, at) => keptOf(each, others[at]) ?? null);
    return isSameJson(withKept(survived, { items }), value) ? { items } : { list: value, survived };
  }
  if (!isFields(value) || !isFields(survived)) return undefined;
  const fields = Object.entries(value).flatMap(([name, each]) => {
    const kept = keptOf(each, survived[name]);
    return kept ? [[name, kept] as const] : [];
  });
  return fields.length > 0 ? { fields: Object.fromEntries(fields) } : undefined;
}

/** Pure. Returns a value with what was kept of it. What somebody has taken away or written anew meanwhile is left so. */
export function withKept(value: unknown, kept: Kept): unknown {
  if ('value' in kept) return value === undefined ? kept.value : value;
  if ('list' in kept) return isSameJson(value, kept.survived) ? kept.list : value;
  if ('items' in kept) {
    if (!Array.isArray(value) || value.length !== kept.items.length) return value;
    return value.map((each: unknown, at) => {
      const of = kept.items[at];
      return of ? withKept(each, of) : each;
    });
  }
  if (!isFields(value)) return value;
  const next: Fields = { ...value };
  for (const [name, each] of Object.entries(kept.fields)) {
    const restored = withKept(next[name], each);
    if (restored !== undefined) next[name] = restored;
  }
  return next;
}
