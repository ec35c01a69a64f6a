import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';
import { type FieldSet, difference, fieldSet, isEmpty } from './fields/field-set.ts';
import { fieldSetFrom, fieldsV1Of } from './fields/fields-v1.ts';
import { fieldElement } from './fields/path-element.ts';

/** Who set some fields, how and in which version of the kind (Kubernetes: `ManagedFieldsEntry`). */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** The part of the object that was written; empty for the object itself. */
  readonly subresource: string;
  /** When fields were last set (RFC 3339). */
  readonly time?: string;
  readonly fields: FieldSet;
}

const entrySchema = v.object({
  manager: v.optional(v.string(), 'unknown'),
  operation: v.picklist(['Apply', 'Update']),
  apiVersion: v.string(),
  subresource: v.optional(v.string(), ''),
  time: v.exactOptional(v.string()),
  fieldsV1: v.optional(v.unknown()),
});

/** Tells whether two entries are of the same manager. Somebody who applies is the same in all versions. */
export const isSameManager = (a: Manager, b: Manager): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

/** Returns the managers that metadata hold, and none if one of them is malformed. */
export function managersOf(metadata: Readonly<Record<string, unknown>>): readonly Manager[] {
  const { success, output } = v.safeParse(v.array(entrySchema), metadata['managedFields']);
  if (!success) return [];
  return output.map(({ fieldsV1, ...entry }) => ({ ...entry, fields: fieldSetFrom(fieldsV1) }));
}

/** Tells whether somebody asks for all managers to be forgotten: by an empty list, or one empty entry. */
export function isReset(metadata: Readonly<Record<string, unknown>>): boolean {
  const { managedFields } = metadata;
  if (!Array.isArray(managedFields) || managedFields.length > 1) return false;
  const [entry] = managedFields as readonly unknown[];
  return (
    entry === undefined || (typeof entry === 'object' && entry !== null && Object.keys(entry).length === 0)
  );
}

/** Returns an object whose metadata hold the managers that have fields, in order. */
export function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const { managedFields: _old, ...metadata } = object.metadata;
  const entries = managers
    .filter(({ fields }) => !isEmpty(fields))
    .toSorted(inOrder)
    .map(entryOf);
  return {
    ...object,
    metadata: (entries.length === 0
      ? metadata
      : { ...metadata, managedFields: entries }) as KubeObject['metadata'],
  };
}

const entryOf = ({ fields, subresource, ...entry }: Manager): object => ({
  ...entry,
  fieldsType: 'FieldsV1',
  fieldsV1: fieldsV1Of(fields),
  ...(subresource !== '' && { subresource }),
});

const inOrder = (a: Manager, b: Manager): number => (orderOf(a) < orderOf(b) ? -1 : 1);

const orderOf = ({ operation, time = '', manager, apiVersion, subresource }: Manager): string =>
  [operation, time, manager, apiVersion, subresource].join('\0');

const named = (...names: readonly string[]): FieldSet => fieldSet(names.map(fieldElement));

/** The fields that only the server sets, and those that say which object it is. */
const unmanaged: FieldSet = fieldSet(['apiVersion', 'kind', 'metadata'].map(fieldElement), [
  [
    fieldElement('metadata'),
    named(
      ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation'],
      ...['managedFields', 'resourceVersion'],
    ),
  ],
]);

/** Returns the fields of a set that can have a manager. */
export const managedPart = (fields: FieldSet): FieldSet => difference(fields, unmanaged);
