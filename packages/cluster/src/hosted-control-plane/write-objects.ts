import { createHash } from 'node:crypto';
import { mapConcurrent } from '@ignite/toolkit/async/map-concurrent';
import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { WrittenObject } from './written-object.ts';

/** Pure. Returns what tells objects from those of another version or another network. */
export const hashOf = (objects: readonly WrittenObject[]): string =>
  createHash('sha256').update(JSON.stringify(objects)).digest('hex').slice(0, 16);

/** The number of objects that are written at once. */
const concurrency = 8;

/**
 * Writes objects into a cluster, first those that Pods need. Fields that others have added to them stay, and what is theirs to change.
 */
export async function writeObjects(
  client: ObjectClient,
  objects: readonly WrittenObject[],
  signal: AbortSignal,
): Promise<void> {
  const runsPods = ({ resource }: WrittenObject): boolean => resource.group === 'apps';
  for (const stage of [objects.filter((each) => !runsPods(each)), objects.filter(runsPods)])
    await mapConcurrent(stage, concurrency, async (object) => await writeObject(client, object, signal));
}

async function writeObject(
  client: ObjectClient,
  { resource, metadata, content, isTheirs, replicas }: WrittenObject,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name } = metadata;
  const place = { ...(namespace !== undefined && { namespace }), name };
  try {
    // A Service that is there cannot be told by its creation, which fails because its address is taken.
    if (isTheirs) await client.get({ ...resource, ...place }, { signal });
    else {
      const changes = { metadata: { labels: metadata.labels ?? {} }, ...content };
      await client.patch({ ...resource, ...place }, { type: 'merge', changes }, { signal });
    }
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    const spec = replicas === undefined ? {} : { spec: { ...(content['spec'] as object), replicas } };
    const whole = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, ...content, ...spec };
    await client.create(resource, whole, { signal });
  }
}
