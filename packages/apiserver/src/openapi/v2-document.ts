import { objectMetaSchema } from '../structural-schema/object-meta.ts';
import { type DocumentedKind, groupVersionKindOf, schemaNameOf } from './documented-kind.ts';
import { type Method, type Operation, operationsOf } from './operations.ts';
import type { Parameter } from './parameters.ts';
import { type V2Schema, schemaForV2 } from './schema-for-v2.ts';

export interface V2Operation {
  readonly operationId: string;
  readonly description: string;
  readonly parameters: readonly (Parameter & { readonly required: boolean })[];
  readonly responses: { readonly 200: { readonly description: string } };
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': object;
}

export type V2Definition = V2Schema & {
  readonly $ref?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly object[];
};

export interface V2Document {
  readonly swagger: '2.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, V2Operation>>>>>;
  readonly definitions: Readonly<Record<string, V2Definition>>;
}

/** Returns the OpenAPI v2 document of an API. */
export function v2Document(kinds: readonly DocumentedKind[], version: string): V2Document {
  const byPath = Map.groupBy(kinds.flatMap(operationsOf), ({ path }) => path);
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(
      [...byPath].map(([path, operations]) => [
        path,
        Object.fromEntries(operations.map((operation) => [operation.method, documented(operation)])),
      ]),
    ),
    definitions: Object.fromEntries(kinds.map((kind) => [schemaNameOf(kind), definitionOf(kind)])),
  };
}

const documented = ({ action, id, description, parameters, kind }: Operation): V2Operation => ({
  operationId: id,
  description,
  parameters: parameters.map((parameter) => ({ ...parameter, required: parameter.in === 'path' })),
  responses: { 200: { description: 'OK' } },
  'x-kubernetes-action': action,
  'x-kubernetes-group-version-kind': groupVersionKindOf(kind),
});

/** A kind that is open at its root has no properties at all, since clients would refuse others. */
function definitionOf(kind: DocumentedKind): V2Definition {
  const { schema } = kind;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const ofKind = { 'x-kubernetes-group-version-kind': [groupVersionKindOf(kind)] };
  if (isOpen) return { type: 'object', ...ofKind };
  const text = { type: 'string' };
  return {
    ...schemaForV2(schema),
    properties: {
      ...schemaForV2(schema).properties,
      apiVersion: text,
      kind: text,
      metadata: schemaForV2(objectMetaSchema),
    },
    ...ofKind,
  };
}
