import type { NewObject } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { issuePath, issueText } from '@ignite/toolkit/schema/issue-text';
import * as v from 'valibot';

const text = v.nullish(v.string());
const texts = v.nullish(v.record(v.string(), v.string()));

/** The metadata that clients may write. They also write null for what is not there. */
const metadataSchema = v.looseObject({
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: v.nullish(v.number()),
  creationTimestamp: text,
  deletionTimestamp: text,
  labels: texts,
  annotations: texts,
  finalizers: v.nullish(v.array(v.string())),
  ownerReferences: v.nullish(
    v.array(
      v.looseObject({
        apiVersion: v.optional(v.string(), ''),
        kind: v.optional(v.string(), ''),
        name: v.optional(v.string(), ''),
        uid: v.optional(v.string(), ''),
        controller: v.optional(v.boolean()),
        blockOwnerDeletion: v.optional(v.boolean()),
      }),
    ),
  ),
});

const objectSchema = v.looseObject({
  apiVersion: v.optional(v.string(), ''),
  kind: v.optional(v.string(), ''),
  metadata: v.nullish(metadataSchema, {}),
});

/**
 * Pure. Returns the content of a body as an object, without what is null in its metadata.
 * @throws ObjectError BAD_REQUEST
 */
export function objectBody(content: unknown): NewObject {
  const { success, output, issues } = v.safeParse(objectSchema, content);
  if (!success) {
    const [issue] = issues;
    throw badRequest(`the body is no object: ${issuePath(issue).join('.')}: ${issueText(issue)}`);
  }
  const metadata = Object.entries(output.metadata).filter(([, value]) => value !== null);
  return { ...output, metadata: Object.fromEntries(metadata) };
}
