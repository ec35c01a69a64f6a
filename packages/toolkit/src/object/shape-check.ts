/**
 * A shape is an example of a value. A string, number or boolean stands for any value of its type, a list for
 * lists of items like its only item, and a record for records with its fields and any others. A field whose
 * name ends in `?` may be absent.
 */
export type Shape = string | number | boolean | readonly Shape[] | { readonly [field: string]: Shape };

/**
 * Returns how a value differs from a shape, with the path to the difference, or `undefined` if it fits. It is
 * quicker than a schema.
 */
export type ShapeCheck = (value: unknown) => string | undefined;

/** Pure. Makes a shape a check for many values. A program uses few of its checks, so the first use compiles it. */
export function shapeCheck(shape: Shape): ShapeCheck {
  let compiled: Check | undefined;
  return (value) => {
    compiled ??= checkOf(shape);
    const found = compiled(value);
    return found && `${found.path.replace(/^\./, '') || 'it'} is not ${found.wanted}`;
  };
}

interface Problem {
  /** The path, each step of which begins with a dot or a bracket. */
  readonly path: string;
  readonly wanted: string;
}

type Check = (value: unknown) => Problem | undefined;

function checkOf(shape: Shape): Check {
  if (isList(shape)) return listCheck(shape);
  if (typeof shape === 'object') return recordCheck(shape);
  const wrong = { path: '', wanted: `a ${typeof shape}` };
  return (value) => (typeof value === typeof shape ? undefined : wrong);
}

function listCheck([ofItem]: readonly Shape[]): Check {
  const check = ofItem === undefined ? () => undefined : checkOf(ofItem);
  return (value) => {
    if (!isList(value)) return { path: '', wanted: 'a list' };
    for (let at = 0; at < value.length; at += 1) {
      const found = check(value[at]);
      if (found) return { ...found, path: `[${at}]${found.path}` };
    }
    return undefined;
  };
}

function recordCheck(shape: { readonly [field: string]: Shape }): Check {
  const fields = Object.entries(shape).map(([written, ofField]) => {
    const name = written.replace(/\?$/, '');
    return { name, mayLack: name !== written, check: checkOf(ofField) };
  });
  return (value) => {
    if (typeof value !== 'object' || value === null || isList(value)) return { path: '', wanted: 'a record' };
    // A loop by number, since a listing ends before Node has made others fast.
    for (let at = 0; at < fields.length; at += 1) {
      const { name, mayLack, check } = fields[at]!;
      const field: unknown = (value as Readonly<Record<string, unknown>>)[name];
      if (field === undefined && mayLack) continue;
      const found = check(field);
      if (found) return { ...found, path: `.${name}${found.path}` };
    }
    return undefined;
  };
}

/** Works like `Array.isArray`, which does not narrow to read-only arrays. */
const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);
