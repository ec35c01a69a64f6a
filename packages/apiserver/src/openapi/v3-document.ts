import {
  managedFieldsEntrySchema,
  objectMetaSchema,
  ownerReferenceSchema,
} from '../structural-schema/object-meta.ts';
import type { StructuralSchema } from '../structural-schema/structural-schema.ts';
import { type DocumentedKind, apiPathOf, groupVersionKindOf, schemaNameOf } from './documented-kind.ts';
import { withMergeKeys } from './merge-keys.ts';
import { type Operation, operationsOf } from './operations.ts';
import type { Parameter } from './parameters.ts';

export interface V3Document {
  readonly openapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const metaNames = {
  object: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  list: 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta',
  owner: 'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  managedFields: 'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry',
} as const;

const refTo = (name: string): { readonly $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** Returns the OpenAPI v3 document of kinds that are all of one group and version. */
export function v3Document(kinds: readonly DocumentedKind[], version: string): V3Document {
  const operations = kinds.flatMap(operationsOf);
  const byPath = Map.groupBy(operations, ({ path }) => path);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(
      [...byPath].map(([path, each]) => [
        path,
        Object.fromEntries(each.map((operation) => [operation.method, documented(operation)])),
      ]),
    ),
    components: {
      schemas: {
        [metaNames.object]: objectMeta,
        [metaNames.owner]: ownerReferenceSchema,
        [metaNames.managedFields]: managedFieldsEntrySchema,
        [metaNames.list]: listMetaSchema,
        ...Object.fromEntries(kinds.flatMap((kind) => [schemaEntry(kind), listEntry(kind)])),
      },
    },
  };
}

/** Clients show the names of these types. */
const objectMeta: object = {
  ...objectMetaSchema,
  properties: {
    ...objectMetaSchema.properties,
    ownerReferences: { ...objectMetaSchema.properties?.['ownerReferences'], items: refTo(metaNames.owner) },
    managedFields: {
      ...objectMetaSchema.properties?.['managedFields'],
      items: refTo(metaNames.managedFields),
    },
  },
};

const text: StructuralSchema = { type: 'string' };

const listMetaSchema: StructuralSchema = {
  type: 'object',
  properties: {
    continue: text,
    remainingItemCount: { type: 'integer', format: 'int64' },
    resourceVersion: text,
  },
};

const typeFields: Readonly<Record<'apiVersion' | 'kind', StructuralSchema>> = {
  apiVersion: {
    ...text,
    description: 'APIVersion defines the group and the version in which the object is written.',
  },
  kind: { ...text, description: 'Kind is what the object is.' },
};

function schemaEntry(kind: DocumentedKind): readonly [string, object] {
  const { selectableFields, mergeKeys } = kind;
  const schema = mergeKeys ? withMergeKeys(kind.schema, mergeKeys) : kind.schema;
  return [
    schemaNameOf(kind),
    {
      ...schema,
      properties: {
        ...schema.properties,
        ...typeFields,
        metadata: {
          description: objectMetaSchema.description,
          allOf: [refTo(metaNames.object)],
          default: {},
        },
      },
      'x-kubernetes-group-version-kind': [groupVersionKindOf(kind)],
      ...(selectableFields.length > 0 && {
        'x-kubernetes-selectable-fields': selectableFields.map((fieldPath) => ({ fieldPath })),
      }),
    },
  ];
}

function listEntry(kind: DocumentedKind): readonly [string, object] {
  return [
    `${schemaNameOf(kind)}List`,
    {
      type: 'object',
      description: `A list of objects of kind ${kind.kind}.`,
      required: ['items'],
      properties: {
        ...typeFields,
        metadata: { allOf: [refTo(metaNames.list)], default: {} },
        items: { type: 'array', items: refTo(schemaNameOf(kind)) },
      },
      'x-kubernetes-group-version-kind': [{ ...groupVersionKindOf(kind), kind: `${kind.kind}List` }],
    },
  ];
}

function documented(operation: Operation): object {
  const { action, id, description, parameters, kind } = operation;
  const name = schemaNameOf(kind);
  const answer = refTo(action === 'list' ? `${name}List` : name);
  const body = requestBody(operation);
  return {
    description,
    operationId: id,
    tags: [apiPathOf(kind).replaceAll(/[/.]/g, '_')],
    parameters: parameters.map(documentedParameter),
    ...(body && { requestBody: body }),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: answer } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKindOf(kind),
  };
}

const documentedParameter = ({ type, ...parameter }: Parameter): object => ({
  ...parameter,
  ...(parameter.in === 'path' && { required: true }),
  schema: { type, uniqueItems: true },
});

function requestBody({ action, kind }: Operation): object | undefined {
  if (action === 'post' || action === 'put')
    return { required: true, content: { '*/*': { schema: refTo(schemaNameOf(kind)) } } };
  if (action !== 'patch') return undefined;
  const types = [
    ...['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'],
    ...(kind.mergeKeys ? ['application/strategic-merge-patch+json'] : []),
  ];
  return {
    required: true,
    content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'object' } }])),
  };
}
