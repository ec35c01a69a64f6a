/** Pure. Tells whether two values are the same JSON, in which a field without a value is absent. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, at) => isSameJson(item ?? null, b[at] ?? null))
    );
  return hasSameFields(a as Fields, b as Fields);
}

type Fields = Readonly<Record<string, unknown>>;

function hasSameFields(a: Fields, b: Fields): boolean {
  let more = 0;
  for (const name of Object.keys(a)) {
    const value = a[name];
    if (value === undefined) continue;
    if (!Object.hasOwn(b, name) || !isSameJson(value, b[name])) return false;
    more += 1;
  }
  for (const name of Object.keys(b)) if (b[name] !== undefined) more -= 1;
  return more === 0;
}
