import { type Bytes, formatBytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { GoFunction, GoObject, type GoValue } from '@ignite/toolkit/go-template/value';
import { age } from '@ignite/toolkit/text/age';

export type Fields = Readonly<Record<string, GoValue>>;

/** A struct of the original's API, which prints as its fields do unless it has a text. */
export function struct(name: string, fields: Fields, text?: string): GoObject {
  return new GoObject({ typeName: `ignite.${name}`, fields, ...(text !== undefined && { text }) });
}

/** A value of a named type that prints as `text`, and is `value` for everything else. */
export function namedValue(
  typeName: string,
  text: string,
  value: GoValue = text,
  methods: Readonly<Record<string, GoFunction>> = {},
): GoObject {
  return new GoObject({
    typeName,
    text,
    value,
    methods: { String: new GoFunction([], () => text), ...methods },
  });
}

/** A size: `512.0 MB` where it is printed, a number of bytes where it is compared, `512MB` as JSON. */
export function sizeValue(size: Bytes): GoObject {
  const inUnitsOf = (unit: number): GoFunction => new GoFunction([], () => size / unit);
  const { parts } = namedValue('meta.Size', humanBytes(size), BigInt(size), {
    Bytes: new GoFunction([], () => BigInt(size)),
    KBytes: inUnitsOf(2 ** 10),
    MBytes: inUnitsOf(2 ** 20),
    GBytes: inUnitsOf(2 ** 30),
  });
  return new GoObject({ ...parts, json: () => formatBytes(size) });
}

/** A time: how long ago where it is printed, RFC 3339 as JSON. */
export const timeValue = (time: string, nowMs: number): GoObject =>
  namedValue('runtime.Time', age(time, nowMs), time);

/** A list that prints as its elements with commas between. */
export const listValue = (typeName: string, texts: readonly string[], values: readonly GoValue[]): GoObject =>
  namedValue(typeName, texts.join(', '), values);

/** A pointer to nothing. Unlike in Go its fields can be asked for: a VM that is stopped shall not spoil a listing. */
export const nilValue = (typeName: string, fields: Fields): GoObject =>
  new GoObject({ typeName, fields, isNil: true });
