import { isRecord } from './json-record.ts';

/** Pure. Returns a value without the fields that are null, which say as much as none. Items of lists stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const said = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(said.map(([name, each]) => [name, withoutNulls(each)]));
}
