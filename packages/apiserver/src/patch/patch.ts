import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { bodyType, decodeBody, unknownType } from '../request/decode-body.ts';
import type { ObjectReply } from '../response/reply.ts';
import { applyPatch } from './apply-patch.ts';
import { jsonPatchBody } from './json-patch-body.ts';
import { checkedFields, strictRefusal } from '../write/field-validation.ts';
import { type ObjectRequest, isOfStatus, keyOf } from '../resource/object-request.ts';
import { type PatchWrite, checkedChanges } from './patch-write.ts';
import { strategicallyMerged } from './strategic-merge.ts';
import { TrackedWrites } from '../write/tracked-writes.ts';
import { writeQuery } from '../write/write-query.ts';

const [json, merge] = ['application/json-patch+json', 'application/merge-patch+json'];
const [strategic, apply] = ['application/strategic-merge-patch+json', 'application/apply-patch+yaml'];

/** @throws RequestError MEDIA_TYPE_UNKNOWN if the kind takes no such patch */
export async function patchObject(client: ObjectClient, request: ObjectRequest): Promise<ObjectReply> {
  const { resource } = request;
  keyOf(request);
  const write = { request, query: writeQuery(request.query), body: await request.body() };
  switch (bodyType(write.body)) {
    case json:
      return await changedByOperations(client, write);
    case merge:
      return await merged(client, write);
    case strategic:
      if (resource.mergeKeys) return await strategicallyMerged(client, write, resource.mergeKeys);
      break;
    case apply:
      return await applyPatch(client, write);
  }
  const known = [json, merge, ...(resource.mergeKeys ? [strategic] : []), apply];
  throw unknownType(known);
}

async function merged(client: ObjectClient, write: PatchWrite): Promise<ObjectReply> {
  const { value, warnings } = checkedChanges(write);
  const object = await new TrackedWrites(client, write.request).patch({ type: 'merge', changes: value });
  return { type: 'object', code: 200, object, warnings };
}

/** What operations change is known once they have been carried out, and only then are unknown fields seen. */
async function changedByOperations(
  client: ObjectClient,
  { request, query, body }: PatchWrite,
): Promise<ObjectReply> {
  const operations = jsonPatchBody(decodeBody(body));
  let warnings: readonly string[] = [];
  const object = await new TrackedWrites(client, request).patch({ type: 'json', operations }, (next) => {
    const unknown = isOfStatus(request) ? [] : request.resource.unknownFields(next);
    const strictness = { validation: query.fieldValidation, refusal: strictRefusal };
    const checked = checkedFields(next, { unknown, duplicate: [] }, strictness);
    ({ warnings } = checked);
    return checked.value;
  });
  return { type: 'object', code: 200, object, warnings };
}
