import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { defineKind } from '../scheme/kind.ts';
import type { Resource } from '../scheme/resource.ts';
import { age } from '../text/age.ts';
import { base64, dataKey } from './data.ts';
import { problemsOfImmutable } from './immutable-data.ts';
import { coreMetadataSchema } from './metadata.ts';

interface ConfigMap extends KubeObject {
  readonly kind: 'ConfigMap';
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

const resource = {
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  scope: 'Namespaced',
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    {
      title: 'DATA',
      cell: ({ data = {}, binaryData = {} }) => String(Object.keys({ ...data, ...binaryData }).length),
    },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
} satisfies Resource<ConfigMap>;

/** Settings that are no secret. */
export const configMapKind = defineKind({
  ...resource,
  versions: [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: coreMetadataSchema,
      fields: {
        data: described('Texts by name.', v.optional(v.record(dataKey, v.string()))),
        binaryData: described('Bytes by name, in Base64.', v.optional(v.record(dataKey, base64))),
        immutable: described('Whether the data can no longer be changed.', v.optional(v.boolean())),
      },
    },
  ],
  strategy: { problemsOfUpdate: problemsOfImmutable },
});
