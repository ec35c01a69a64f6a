/**
 * Pure. Returns what becomes of a tree whose fields several people write, when one of them declares `wanted` and declared
 * `before` the last time: what is wanted is as it is wanted, what is wanted no longer goes, and all else stays. A list is
 * wanted as a whole.
 */
export function mergeDeclared(live: unknown, before: unknown, wanted: unknown): unknown {
  if (!isRecord(live) || !isRecord(wanted)) return wanted;
  const last = isRecord(before) ? before : {};
  const kept = Object.entries(live).filter(
    ([name]) => Object.hasOwn(wanted, name) || !Object.hasOwn(last, name),
  );
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(
      Object.entries(wanted).map(([name, value]) => [name, mergeDeclared(live[name], last[name], value)]),
    ),
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
