import { isRecord } from '../../structural-schema/json-record.ts';
import { type FieldSet, fieldSet, isEmpty, noFields } from './field-set.ts';
import { fieldNameOf } from './path-element.ts';
import { type Part, type Schema, isNamed, isWhole, partsOf, schemaOfField } from './structure.ts';

/** Returns the paths to all that a value has. */
export function fieldSetOf(value: unknown, schema: Schema): FieldSet {
  const parts = partsOf(value, schema);
  if (!parts) return noFields;
  const once = Map.groupBy(parts, ({ element }) => element);
  const single = [...once.values()].filter(({ length }) => length === 1).map(([part]) => part!);
  return fieldSet(
    [...once]
      .filter(([, [part, another]]) => another !== undefined || isOwnMember(part!))
      .map(([element]) => element),
    single.map(({ element, value: below, schema: ofBelow }) => [element, fieldSetOf(below, ofBelow)]),
  );
}

/** Fields that the schema names and that have parts are there as long as one of their parts is. */
function isOwnMember({ value, schema, isNamed: isOfSchema }: Part): boolean {
  if (!isOfSchema || isWhole(value, schema)) return true;
  return isRecord(value) && Object.keys(value).length === 0;
}

/** Returns the paths to all that a value has, and to all that these lead through. */
export function allPathsOf(value: unknown, schema: Schema): FieldSet {
  const parts = partsOf(value, schema);
  if (!parts) return noFields;
  return fieldSet(
    parts.map(({ element }) => element),
    parts.map((part) => [part.element, allPathsOf(part.value, part.schema)]),
  );
}

/** Returns a set with the paths to all fields that the schema names and that paths of the set lead through. */
export function withNamedFields(set: FieldSet, schema: Schema): FieldSet {
  const named = [...set.children.keys()].filter((element) => isNamedElement(element, schema));
  return fieldSet(
    [...set.members, ...named],
    [...set.children].map(([element, below]) => [
      element,
      withNamedFields(below, schemaBelow(element, schema)),
    ]),
  );
}

function isNamedElement(element: string, schema: Schema): boolean {
  const name = fieldNameOf(element);
  return name !== undefined && isNamed(schema, name);
}

function schemaBelow(element: string, schema: Schema): Schema {
  const name = fieldNameOf(element);
  return name === undefined ? schema?.items : schemaOfField(schema, name);
}

/**
 * Returns the paths of a set as the schema divides values now: parts of what has become atomic are managed as a
 * whole.
 */
export function fittedTo(set: FieldSet, value: unknown, schema: Schema): FieldSet {
  if (isWhole(value, schema)) return noFields;
  if (set.children.size === 0) return set;
  const parts = partsOf(value, schema) ?? [];
  const byElement = new Map(parts.map((part) => [part.element, part]));
  const fitted = [...set.children].map(([element, below]) => {
    const part = byElement.get(element);
    return [element, part ? fittedTo(below, part.value, part.schema) : below] as const;
  });
  const whole = fitted.filter(([element, below]) => isEmpty(below) && byElement.has(element));
  return fieldSet([...set.members, ...whole.map(([element]) => element)], fitted);
}
