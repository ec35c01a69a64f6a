import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { dataKey, isBase64, withoutEmptyData } from './data.ts';
import { problemsOfImmutable } from './immutable-data.ts';
import { coreMetadataSchema } from './metadata.ts';
import { type SecretFields, secretResource } from './resources/secret.ts';

// These messages are in the place of those that quote what they were given.
const mapExpected = 'must be a map';
const textExpected = 'must be a text';
const secretBase64 = v.pipe(v.string(textExpected), v.regex(isBase64, 'must be Base64'));
const plainData = v.record(dataKey, v.string(textExpected), mapExpected);

/** Passwords, keys and certificates. Tables show how many there are, and never a value. */
export const secretKind: Kind = defineKind({
  ...secretResource,
  selectableFields: ['type'],
  versions: [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: coreMetadataSchema,
      fields: {
        data: described(
          'Values by name, in Base64.',
          v.optional(v.record(dataKey, secretBase64, mapExpected)),
        ),
        stringData: described(
          'Values by name as plain text, which are written into `data`.',
          v.optional(plainData),
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

/**
 * Pure. Returns the object with its plain values in Base64 among the others, and without data that has no entries. Values
 * that are no texts stay as they are, to be refused.
 */
function withoutPlainText(written: KubeObject & SecretFields): KubeObject {
  const { stringData, ...secret } = written;
  if (stringData === undefined) return withoutEmptyData(secret);
  if (!v.is(plainData, stringData)) return written;
  const encoded = Object.entries(stringData).map(([name, text]) => [
    name,
    Buffer.from(text).toString('base64'),
  ]);
  return withoutEmptyData({ ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } });
}
