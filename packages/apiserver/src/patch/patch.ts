import type { ObjectClient, ObjectPatch } from '@ignite/toolkit/client/object-client';
import { bodyType, decodeBody, unknownType } from '../request/decode-body.ts';
import type { ObjectReply } from '../response/reply.ts';
import { applyPatch } from './apply-patch.ts';
import { jsonPatchBody } from './json-patch-body.ts';
import { type ObjectRequest, keyOf } from '../resource/object-request.ts';
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
      return await patched(client, write, {
        type: 'json',
        operations: jsonPatchBody(decodeBody(write.body)),
      });
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

async function patched(
  client: ObjectClient,
  { request }: PatchWrite,
  patch: ObjectPatch,
  warnings: readonly string[] = [],
): Promise<ObjectReply> {
  const object = await new TrackedWrites(client, request).patch(patch);
  return { type: 'object', code: 200, object, warnings };
}

async function merged(client: ObjectClient, write: PatchWrite): Promise<ObjectReply> {
  const { value, warnings } = checkedChanges(write);
  return await patched(client, write, { type: 'merge', changes: value }, warnings);
}
