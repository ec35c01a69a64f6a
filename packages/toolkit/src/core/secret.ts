import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { base64, dataKey } from './data.ts';
import { problemsOfImmutable } from './immutable-data.ts';
import { coreMetadataSchema } from './metadata.ts';
import { type SecretFields, secretResource } from './resources/secret.ts';

/** Passwords, keys and certificates. Tables show how many there are, and never a value. */
export const secretKind: Kind = defineKind({
  ...secretResource,
  versions: [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: coreMetadataSchema,
      fields: {
        data: described('Values by name, in Base64.', v.optional(v.record(dataKey, base64))),
        stringData: described(
          'Values by name as plain text, which are written into `data`.',
          v.optional(v.record(dataKey, v.string())),
        ),
        type: described(
          'Which names the data has, such as `kubernetes.io/tls`.',
          v.optional(v.string(), 'Opaque'),
        ),
        immutable: described('Whether the data can no longer be changed.', v.optional(v.boolean())),
      },
    },
  ],
  strategy: { prepare: withoutPlainText, immutable: ['/type'], problemsOfUpdate: problemsOfImmutable },
});

/** Pure. Returns the object with its plain values in Base64 among the others. */
function withoutPlainText({ stringData, ...secret }: KubeObject & SecretFields): KubeObject {
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([name, text]) => [
    name,
    Buffer.from(text).toString('base64'),
  ]);
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}
