/** One difference between two trees of plain data. */
export interface FieldChange {
  /** The field, as a JSON pointer (RFC 6901). */
  readonly path: string;
  /** The old value; `undefined` if the field was absent. */
  readonly from: unknown;
  readonly to: unknown;
}

/** Pure. Returns the changes that turn `from` into `to`. Lists of different lengths change as a whole. */
export function diffFields(from: unknown, to: unknown, path = ''): readonly FieldChange[] {
  if (Object.is(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    return from.flatMap((item, at) => diffFields(item, to[at], `${path}/${at}`));
  if (isRecord(from) && isRecord(to)) return diffRecords(from, to, path);
  return [{ path, from, to }];
}

function diffRecords(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
  path: string,
): FieldChange[] {
  const changes: FieldChange[] = [];
  const visit = (name: string): void => {
    if (from[name] === to[name]) return;
    for (const change of diffFields(from[name], to[name], `${path}/${escaped(name)}`)) changes.push(change);
  };
  for (const name of Object.keys(from)) visit(name);
  for (const name of Object.keys(to)) if (!Object.hasOwn(from, name)) visit(name);
  return changes;
}

/** Returns the names and indices in a JSON pointer. */
export const pointerNames = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Pure. Returns the value at a JSON pointer, or `undefined` if there is none. */
export function valueAt(tree: unknown, pointer: string): unknown {
  let at = tree;
  for (const name of pointerNames(pointer))
    at =
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Readonly<Record<string, unknown>>)[name]
        : undefined;
  return at;
}

/** Writes a JSON pointer as people write a field, such as `spec.memory`. */
export const dottedPath = (pointer: string): string => pointerNames(pointer).join('.');

/** Tells whether `pointer` is the field `parent` or lies within it. */
export const isWithin = (pointer: string, parent: string): boolean =>
  pointer === parent || pointer.startsWith(`${parent}/`);

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
