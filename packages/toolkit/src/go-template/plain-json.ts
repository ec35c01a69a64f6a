import { type GoValue, GoFunction, GoMap, GoObject, isList } from './value.ts';

/** A value as encoding/json would write it. */
export function plainJson(value: GoValue): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return value.map(plainJson);
  if (value instanceof GoFunction) return null;
  if (value instanceof GoMap)
    return Object.fromEntries(value.sorted().map(([key, each]) => [key, plainJson(each)]));
  if (!(value instanceof GoObject)) return value;
  const { json, isNil, value: inner, text, fields = {} } = value.parts;
  if (isNil === true) return null;
  if (json) return json();
  if (inner !== undefined) return plainJson(inner);
  if (text !== undefined) return text;
  return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, plainJson(each)]));
}
