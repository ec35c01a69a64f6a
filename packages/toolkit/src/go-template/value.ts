/**
 * What templates work on. An integer is a bigint, a number is floating point, `null` is a nil and `undefined` is what Go
 * prints as `<no value>`.
 */
export type GoValue =
  undefined | null | boolean | bigint | number | string | readonly GoValue[] | GoMap | GoObject | GoFunction;

/** A map with strings as its keys. */
export class GoMap {
  readonly entries: ReadonlyMap<string, GoValue>;
  /** Of its elements: what `index` gives for a key that is not there. */
  readonly zero: GoValue;

  constructor(entries: Iterable<readonly [string, GoValue]>, zero?: GoValue) {
    this.entries = new Map(entries);
    this.zero = zero;
  }

  /** As Go prints and ranges over it. */
  sorted(): readonly (readonly [string, GoValue])[] {
    return [...this.entries].sort(([a], [b]) => compareText(a, b));
  }
}

export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a parameter takes: `list` is a list, `any` everything. */
export type ParameterType = 'any' | 'string' | 'int' | 'list';

export class GoFunction {
  readonly parameters: readonly ParameterType[];
  /** The last parameter may be given any number of times, also not at all. */
  readonly isVariadic: boolean;
  readonly call: (...args: readonly GoValue[]) => GoValue;

  constructor(
    parameters: readonly ParameterType[],
    call: (...args: readonly never[]) => GoValue,
    isVariadic = false,
  ) {
    this.parameters = parameters;
    this.isVariadic = isVariadic;
    this.call = call as GoFunction['call']; // the evaluator checks arguments against the parameters
  }
}

interface GoObjectParts {
  /** For error messages, such as `ignite.VMSpec`. */
  readonly typeName: string;
  /** In their order of declaration, in which they are printed. */
  readonly fields?: Readonly<Record<string, GoValue>>;
  readonly methods?: Readonly<Record<string, GoFunction>>;
  /** What its String method gives. */
  readonly text?: string;
  /** What it is where it is no struct: a number, list or text of a named type. */
  readonly value?: GoValue;
  /** A nil pointer: false and printed as `<nil>`, with fields that are nil or empty. */
  readonly isNil?: boolean;
  /** Finds a name that is neither field nor method. */
  readonly lookUp?: (name: string) => { readonly value: GoValue } | undefined;
  /** Every name that `lookUp` finds, for suggestions. */
  readonly otherNames?: () => readonly string[];
  /** What the function `json` makes of it, if that is not its fields. */
  readonly json?: () => unknown;
}

/** A value of a named Go type: what has fields, methods or a text of its own. */
export class GoObject {
  readonly parts: GoObjectParts;

  constructor(parts: GoObjectParts) {
    this.parts = parts;
  }

  names(): readonly string[] {
    const { fields = {}, methods = {}, otherNames } = this.parts;
    return [...Object.keys(fields), ...Object.keys(methods), ...(otherNames?.() ?? [])];
  }
}

export const isList = (value: GoValue): value is readonly GoValue[] => Array.isArray(value);

/** What stands behind a named type, or the value itself. */
export function underlying(value: GoValue): GoValue {
  if (!(value instanceof GoObject)) return value;
  if (value.parts.isNil === true) return null;
  return value.parts.value === undefined ? value : underlying(value.parts.value);
}

/** Go's truth: not the zero of its type. A struct is always true. */
export function isTrue(value: GoValue): boolean {
  const inner = underlying(value);
  if (isList(inner)) return inner.length > 0;
  if (inner instanceof GoMap) return inner.entries.size > 0;
  return Boolean(inner); // nought, NaN apart, is false in both languages
}

/** As error messages and `%T` name it. */
export function typeName(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof GoObject) return value.parts.typeName;
  if (value instanceof GoMap) return value.zero === '' ? 'map[string]string' : 'map[string]interface {}';
  if (value instanceof GoFunction) return 'func';
  if (!isList(value)) return basicNames[typeof value] ?? typeof value;
  return value.length > 0 && value.every((each) => typeof each === 'string') ? '[]string' : '[]interface {}';
}

const basicNames: Readonly<Record<string, string>> = {
  boolean: 'bool',
  bigint: 'int',
  number: 'float64',
  string: 'string',
};
