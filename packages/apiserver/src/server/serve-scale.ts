import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { mergePatch } from '@ignite/toolkit/patch/merge-patch';
import * as v from 'valibot';
import { decodeBody } from '../request/decode-body.ts';
import { type ObjectRequest, keyOf } from '../resource/object-request.ts';
import { type Scaling, scaleOf } from '../resource/scale.ts';
import type { ObjectReply } from '../response/reply.ts';
import { TrackedWrites } from '../write/tracked-writes.ts';
import { untilNobodyInterferes } from '../resource/until-nobody-interferes.ts';

const scaleSchema = v.object({
  metadata: v.object({ resourceVersion: v.optional(v.string(), '') }),
  spec: v.object({ replicas: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
});

/** Reads or changes how many replicas an object has. Changes come as a whole Scale, or as a merge patch of it. */
export async function serveScale(
  client: ObjectClient,
  request: ObjectRequest,
  scaling: Scaling,
): Promise<ObjectReply> {
  const { signal, info } = request;
  const key = keyOf(request);
  if (info.verb === 'get')
    return { type: 'object', code: 200, object: scaleOf(await client.get(key, { signal }), scaling) };
  const writes = new TrackedWrites(client, request);
  const sent = decodeBody(await request.body());
  const object = await untilNobodyInterferes(signal, async () => {
    const live = await client.get(key, { signal });
    const wanted = info.verb === 'patch' ? mergePatch(scaleOf(live, scaling), sent) : sent;
    const { metadata, spec } = checkedScale(wanted);
    const resourceVersion = metadata.resourceVersion || live.metadata.resourceVersion;
    const next = { ...live, metadata: { ...live.metadata, resourceVersion } };
    return await writes.update(scaling.withReplicas(next, spec.replicas));
  });
  return { type: 'object', code: 200, object: scaleOf(object, scaling) };
}

function checkedScale(value: unknown): v.InferOutput<typeof scaleSchema> {
  const { success, output } = v.safeParse(scaleSchema, value);
  if (!success) throw badRequest('a Scale has a number of replicas in its spec');
  return output;
}
