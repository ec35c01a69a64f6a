import * as v from 'valibot';
import { coreMetadataSchema } from '../core/metadata.ts';
import { described } from '../schema/described.ts';
import { type Kind, defineKind } from '../scheme/kind.ts';
import { serviceAccountResource } from './resources/service-account.ts';

const secretReference = v.strictObject({
  apiVersion: v.optional(v.string()),
  kind: v.optional(v.string()),
  namespace: v.optional(v.string()),
  name: v.optional(v.string()),
  uid: v.optional(v.string()),
  resourceVersion: v.optional(v.string()),
  fieldPath: v.optional(v.string()),
});

/** An identity for a program. Roles are bound to it, and it is given tokens. */
export const serviceAccountKind: Kind = defineKind({
  ...serviceAccountResource,
  versions: [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: coreMetadataSchema,
      fields: {
        secrets: described('Secrets that programs of this account use.', v.nullish(v.array(secretReference))),
        imagePullSecrets: described(
          'Secrets with which images are pulled.',
          v.nullish(v.array(v.strictObject({ name: v.optional(v.string()) }))),
        ),
        automountServiceAccountToken: described(
          'Whether a program finds a token of the account by itself.',
          v.nullish(v.boolean()),
        ),
      },
    },
  ],
});
