import * as v from 'valibot';
import type { KubeObject } from '../../object/kube-object.ts';
import type { Deletion } from '../object-client.ts';
import { ObjectError } from '../object-error.ts';
import { type GroupVersionResource, apiVersionOf } from '../group-version-resource.ts';

/** Servers leave out what is empty. */
const texts = v.nullish(v.record(v.string(), v.string()), {});

const metadataSchema = v.looseObject({
  name: v.string(),
  namespace: v.nullish(v.string(), ''),
  uid: v.nullish(v.string(), ''),
  resourceVersion: v.nullish(v.string(), ''),
  generation: v.nullish(v.number(), 0),
  creationTimestamp: v.nullish(v.string(), ''),
  labels: texts,
  annotations: texts,
  finalizers: v.nullish(v.array(v.string()), []),
});

const objectSchema = v.looseObject({ apiVersion: v.string(), kind: v.string(), metadata: metadataSchema });

const listSchema = v.object({
  kind: v.string(),
  metadata: v.object({
    resourceVersion: v.string(),
    continue: v.nullish(v.string(), ''),
    remainingItemCount: v.nullish(v.number()),
  }),
  items: v.nullish(v.array(v.looseObject({})), []),
});

const eventSchema = v.object({
  type: v.picklist(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: v.looseObject({}),
});

const bookmarkSchema = v.object({
  metadata: v.object({ resourceVersion: v.string(), annotations: texts }),
});

/** A server answers with this once an object is gone. */
const goneSchema = v.object({
  kind: v.literal('Status'),
  details: v.optional(v.object({ uid: v.nullish(v.string(), '') }), { uid: '' }),
});

/**
 * Pure. Reads an object from an answer of a server.
 * @throws ObjectError SERVER_FAILED, as the following do
 */
export const answeredObject = (answer: unknown): KubeObject => read(objectSchema, answer) as KubeObject;

/** Pure. Reads the answer to a delete: the object if it stays for a while. Some kinds come back although they are gone. */
export function answeredDeletion(answer: unknown): Deletion {
  const gone = v.safeParse(goneSchema, answer);
  if (gone.success) return { uid: gone.output.details.uid };
  const object = answeredObject(answer);
  const { uid, deletionTimestamp } = object.metadata;
  return deletionTimestamp === undefined ? { uid } : { uid, remaining: object };
}

/** Pure. Reads a list. The items of built-in kinds come without their kind, which is in that of the list. */
export function answeredList(resource: GroupVersionResource, answer: unknown) {
  const { kind, metadata, items } = read(listSchema, answer);
  const type = { apiVersion: apiVersionOf(resource), kind: kind.replace(/List$/, '') };
  return { metadata, items: items.map((item) => answeredObject({ ...type, ...item })) };
}

export const answeredEvent = (answer: unknown): v.InferOutput<typeof eventSchema> =>
  read(eventSchema, answer);

export const answeredBookmark = (object: unknown): v.InferOutput<typeof bookmarkSchema> =>
  read(bookmarkSchema, object);

function read<Schema extends v.GenericSchema>(schema: Schema, answer: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, answer);
  if (result.success) return result.output;
  throw new ObjectError('SERVER_FAILED', 'the server did not answer as a Kubernetes API server does', {
    hint: 'check its address',
    cause: new v.ValiError(result.issues),
  });
}
