import type { StructuralSchema } from './structural-schema.ts';

const text: StructuralSchema = { type: 'string' };
const time: StructuralSchema = { type: 'string', format: 'date-time' };
const texts: StructuralSchema = { type: 'object', additionalProperties: text };
const flag: StructuralSchema = { type: 'boolean' };
const wholeNumber: StructuralSchema = { type: 'integer', format: 'int64' };

export const ownerReferenceSchema: StructuralSchema = {
  type: 'object',
  required: ['apiVersion', 'kind', 'name', 'uid'],
  properties: {
    apiVersion: text,
    kind: text,
    name: text,
    uid: text,
    controller: flag,
    blockOwnerDeletion: flag,
  },
  'x-kubernetes-map-type': 'atomic',
};

export const managedFieldsEntrySchema: StructuralSchema = {
  type: 'object',
  properties: {
    manager: text,
    operation: text,
    apiVersion: text,
    time,
    fieldsType: text,
    fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    subresource: text,
  },
};

/** The metadata that every object has (Kubernetes: `ObjectMeta`). */
export const objectMetaSchema: StructuralSchema = {
  description: "Standard object's metadata.",
  type: 'object',
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: wholeNumber,
    creationTimestamp: {
      ...time,
      description: 'CreationTimestamp is a timestamp of when the server made the object.',
    },
    deletionTimestamp: time,
    deletionGracePeriodSeconds: wholeNumber,
    labels: texts,
    annotations: texts,
    ownerReferences: {
      type: 'array',
      items: ownerReferenceSchema,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
    },
    finalizers: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    managedFields: { type: 'array', items: managedFieldsEntrySchema, 'x-kubernetes-list-type': 'atomic' },
  },
};

/** Returns the schema of whole objects: what a definition says, and the fields that every object has. */
export const resourceSchemaOf = (schema: StructuralSchema): StructuralSchema => ({
  ...schema,
  properties: {
    apiVersion: text,
    kind: text,
    ...schema.properties,
    metadata: objectMetaSchema,
  },
});
