import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { objectBody } from '../request/object-body.ts';
import type { ObjectReply } from '../response/reply.ts';
import { keyOf } from '../resource/object-request.ts';
import { TrackedWrites } from '../write/tracked-writes.ts';
import { untilNobodyInterferes } from '../resource/until-nobody-interferes.ts';
import { type PatchWrite, checkedChanges } from './patch-write.ts';
import { isDirective, strategicMergePatch } from './strategic-merge-patch.ts';

/** Merges changes into an object whose lists have the given keys. */
export async function strategicallyMerged(
  client: ObjectClient,
  write: PatchWrite,
  mergeKeys: Readonly<Record<string, string>>,
): Promise<ObjectReply> {
  const { request } = write;
  const writes = new TrackedWrites(client, request);
  const { value, warnings } = checkedChanges(write, isDirective);
  const object = await untilNobodyInterferes(request.signal, async () => {
    const live = await client.get(keyOf(request), { signal: request.signal });
    const next = objectBody(strategicMergePatch(live, value, mergeKeys));
    return await writes.update(next as KubeObject);
  });
  return { type: 'object', code: 200, object, warnings };
}
