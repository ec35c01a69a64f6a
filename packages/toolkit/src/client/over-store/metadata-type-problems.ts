import * as v from 'valibot';
import { issuePath, issueText } from '../../schema/issue-text.ts';
import type { ErrorCause } from '../object-error.ts';

const text = v.string();
// A record of the library may be a list.
const texts = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), 'must be a map, not a list'),
  v.record(text, text),
);

/** The types of metadata, whose contents are for other rules. */
const typesSchema = v.looseObject({
  name: text,
  generateName: v.optional(text),
  labels: texts,
  annotations: texts,
  finalizers: v.array(text),
  ownerReferences: v.optional(
    v.array(
      v.looseObject({
        apiVersion: v.optional(text),
        kind: v.optional(text),
        name: v.optional(text),
        uid: v.optional(text),
        controller: v.nullish(v.boolean()),
        blockOwnerDeletion: v.nullish(v.boolean()),
      }),
    ),
  ),
});

/** Pure. Returns where metadata is not of its types, which a patch can make of it. */
export const metadataTypeProblems = (metadata: unknown): readonly ErrorCause[] =>
  (v.safeParse(typesSchema, metadata).issues ?? []).map((issue) => ({
    field: ['metadata', ...issuePath(issue)].join('.'),
    reason: 'FieldValueInvalid',
    message: issueText(issue),
  }));
