import * as v from 'valibot';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { base64, dataKey, withoutEmptyData } from './data.ts';
import { problemsOfImmutable } from './immutable-data.ts';
import { coreMetadataSchema } from './metadata.ts';
import { configMapResource } from './resources/config-map.ts';

/** Settings that are no secret. */
export const configMapKind: Kind = defineKind({
  ...configMapResource,
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
  strategy: { prepare: withoutEmptyData, problemsOfUpdate: problemsOfImmutable },
});
