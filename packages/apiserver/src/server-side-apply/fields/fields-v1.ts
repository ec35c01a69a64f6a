import { type JsonRecord, isRecord } from '../../structural-schema/json-record.ts';
import { type FieldSet, fieldSet, noFields } from './field-set.ts';

/** The name by which an element of a path is itself in a set of paths that go on below it. */
const self = '.';

/** Returns a set in the form that metadata hold (Kubernetes: `FieldsV1`). */
export function fieldsV1Of({ members, children }: FieldSet): JsonRecord {
  const elements = [...members.union(children)].toSorted();
  return Object.fromEntries(
    elements.map((element) => {
      const below = children.get(element);
      if (below === undefined) return [element, {}];
      return [element, { ...(members.has(element) && { [self]: {} }), ...fieldsV1Of(below) }];
    }),
  );
}

/** Returns the set that metadata hold. What is malformed is left out. */
export function fieldSetFrom(fieldsV1: unknown): FieldSet {
  if (!isRecord(fieldsV1)) return noFields;
  const entries = Object.entries(fieldsV1).filter(([element]) => element !== self);
  const isMember = (below: unknown): boolean =>
    !isRecord(below) || Object.keys(below).length === 0 || Object.hasOwn(below, self);
  return fieldSet(
    entries.filter(([, below]) => isMember(below)).map(([element]) => element),
    entries.map(([element, below]) => [element, fieldSetFrom(below)]),
  );
}
