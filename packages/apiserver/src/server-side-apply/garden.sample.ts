import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { resourceSchemaOf } from '../structural-schema/object-meta.ts';
import type { StructuralSchema } from '../structural-schema/structural-schema.ts';
import { type ApplySettings, apply } from './apply.ts';
import type { ConvertTo } from './typed-object.ts';
import { updateManagers } from './update-managers.ts';

const text: StructuralSchema = { type: 'string' };
const number: StructuralSchema = { type: 'integer' };

/** A schema with lists and maps of all types, for tests. */
const gardenSchema: StructuralSchema = resourceSchemaOf({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        name: text,
        size: number,
        nested: {
          type: 'object',
          properties: { inner: { type: 'object', properties: { a: number, b: number } } },
        },
        tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        plain: { type: 'array', items: text },
        labels: { type: 'object', additionalProperties: text },
        whole: { type: 'object', additionalProperties: text, 'x-kubernetes-map-type': 'atomic' },
        pots: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'place'],
          items: {
            type: 'object',
            properties: {
              name: text,
              place: { type: 'string', default: 'inside' },
              water: number,
              clay: text,
            },
          },
        },
        anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
});

/** The versions v1 and v2 of the kind, in the second of which `size` is called `litres`. */
const gardenVersions: ConvertTo = (object, apiVersion) => {
  if (apiVersion === object.apiVersion) return { object, schema: gardenSchema };
  if (!['garden.example/v1', 'garden.example/v2'].includes(apiVersion)) return undefined;
  const { size, litres, ...spec } = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  const value = size ?? litres;
  const named = value === undefined ? {} : apiVersion.endsWith('v2') ? { litres: value } : { size: value };
  return {
    object: { ...object, apiVersion, ...(object.spec !== undefined && { spec: { ...spec, ...named } }) },
    schema: gardenSchema,
  };
};

export const garden = (spec: object | undefined, more: object = {}): KubeObject =>
  ({
    apiVersion: 'garden.example/v1',
    kind: 'Garden',
    metadata: { name: 'home', namespace: 'default' },
    ...(spec && { spec }),
    ...more,
  }) as KubeObject;

const settings = { subresource: '', time: '2026-01-01T00:00:00Z', convertTo: gardenVersions } as const;

export const applied = (
  live: KubeObject | undefined,
  object: KubeObject,
  manager: string,
  more: Partial<ApplySettings> = {},
): KubeObject => apply(live, object, { ...settings, manager, force: false, ...more });

export const updated = (
  live: KubeObject | undefined,
  object: KubeObject,
  manager: string,
  more: Partial<ApplySettings> = {},
): KubeObject => updateManagers(live, object, { ...settings, manager, ...more });

/** Returns the fields that each manager has. */
export const fieldsByManager = ({ metadata }: KubeObject): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    ((metadata['managedFields'] ?? []) as readonly Readonly<Record<string, unknown>>[]).map(
      ({ manager, operation, fieldsV1 }) => [
        `${String(manager)} ${String(operation)}`,
        (fieldsV1 as Readonly<Record<string, unknown>>)['f:spec'] ?? fieldsV1,
      ],
    ),
  );
