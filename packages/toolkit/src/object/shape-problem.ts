/**
 * A value of the wanted shape: a string, number or boolean stands for any of its type, a list for lists of what is like its
 * only item, and a record for records that have its fields and any others. A field whose name ends in `?` may be missing.
 */
export type Shape = string | number | boolean | readonly Shape[] | { readonly [field: string]: Shape };

/** Pure. What makes a value unlike a shape, by the path to it; undefined where nothing does. Quick, unlike a schema. */
export function shapeProblem(value: unknown, shape: Shape, path = ''): string | undefined {
  if (isList(shape)) {
    const [ofItem] = shape;
    if (!isList(value) || ofItem === undefined) return wrong(path, 'a list');
    return first(value, (item, at) => shapeProblem(item, ofItem, `${path}[${at}]`));
  }
  if (typeof shape !== 'object')
    return typeof value === typeof shape ? undefined : wrong(path, `a ${typeof shape}`);
  if (typeof value !== 'object' || value === null || isList(value)) return wrong(path, 'a record');
  return first(Object.entries(shape), ([written, wanted]) => {
    const field = written.replace(/\?$/, '');
    const found: unknown = (value as Readonly<Record<string, unknown>>)[field];
    if (found === undefined && field !== written) return undefined;
    return shapeProblem(found, wanted, path === '' ? field : `${path}.${field}`);
  });
}

function first<T>(
  items: readonly T[],
  problem: (item: T, at: number) => string | undefined,
): string | undefined {
  for (const [at, item] of items.entries()) {
    const found = problem(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As `Array.isArray`, which takes no lists that are read-only. */
const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);

const wrong = (path: string, wanted: string): string => `${path === '' ? 'it' : path} is not ${wanted}`;
