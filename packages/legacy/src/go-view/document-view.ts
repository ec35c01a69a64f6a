import { GoMap, GoObject, type GoValue } from '@ignite/toolkit/go-template/value';

/** Names that may stand at a path of a document although they are not set; undefined where that is not known. */
export type FieldNames = (path: readonly string[]) => readonly string[] | undefined;

const noNames: FieldNames = () => undefined;
/** Maps whose keys are the user's own. */
const freeMaps: ReadonlySet<string> = new Set(['labels', 'annotations']);

/**
 * A JSON document for templates: its names are found in any case; what may be set but is not prints as `<nil>`, and what
 * cannot be is refused.
 */
export function documentView(
  value: unknown,
  namesAt: FieldNames = noNames,
  path: readonly string[] = [],
): GoValue {
  if (value === undefined || value === null) return unset;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((each) => documentView(each, noNames, path));
  if (typeof value !== 'object') return null;
  const entries: readonly (readonly [string, GoValue])[] = Object.entries(value).map(([name, each]) => [
    name,
    documentView(each, namesAt, [...path, name]),
  ]);
  if (freeMaps.has(path.at(-1) ?? '')) return new GoMap(entries, '');
  const map = new GoMap(entries);
  return new GoObject({
    typeName: path.join('.') || 'object',
    value: map,
    lookUp: (name) => {
      const found = findName(name, [...map.entries.keys()]);
      if (found !== undefined) return { value: map.entries.get(found) };
      const names = namesAt(path);
      return names === undefined || findName(name, names) !== undefined ? { value: unset } : undefined;
    },
    otherNames: () => [...map.entries.keys(), ...(namesAt(path) ?? [])],
    json: () => value,
  });
}

/** What is not set has nothing but what is not set. */
const unset: GoObject = new GoObject({
  typeName: '<nil>',
  isNil: true,
  lookUp: () => ({ value: unset }),
});

/** The one of `names` that is `name` but for its case. */
export function findName(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  return names.includes(name) ? name : names.find((each) => each.toLowerCase() === lower);
}
