import { randomInt } from 'node:crypto';
import type { ObjectClient, WatchEvent } from '@ignite/toolkit/client/object-client';
import type { WatchReply } from '../response/reply.ts';
import { type ListQuery, listQuery } from './list-query.ts';
import type { ObjectRequest } from '../resource/object-request.ts';

/** The shortest time between two bookmarks, in milliseconds. */
const bookmarkMs = 5_000;
/** How long a watch lasts that says nothing of it, in seconds: as in Kubernetes, so that not all end at once. */
const defaultSeconds = { least: 1_800, most: 3_600 };

/** The longest time that a watch lasts, in seconds. Timers of more than 24 days end at once. */
const mostSeconds = 24 * 60 * 60;

/** Returns how long a watch lasts, in seconds. None is as good as nothing, as in Kubernetes. */
export const watchSeconds = (asked: number | undefined): number =>
  Math.min(asked || randomSeconds(), mostSeconds);

/** @throws ObjectError BAD_REQUEST, INVALID */
export function watchObjects(client: ObjectClient, request: ObjectRequest): WatchReply {
  return { type: 'watch', events: events(client, request, listQuery(request)) };
}

async function* events(
  client: ObjectClient,
  { resource, signal: asked }: ObjectRequest,
  query: ListQuery,
): AsyncGenerator<WatchEvent> {
  const timeoutMs = watchSeconds(query.timeoutSeconds) * 1_000;
  const signal = AbortSignal.any([asked, AbortSignal.timeout(timeoutMs)]);
  const resourceVersion = await beginning(client, { resource, signal }, query);
  let lastMs = Date.now();
  for await (const event of client.watch(resource, { ...query.selection, resourceVersion, signal })) {
    if (!isTold(event, query, Date.now() - lastMs)) continue;
    lastMs = Date.now();
    yield event;
  }
}

/** Returns the revision from which changes are told; none if the watch begins with what is there. */
async function beginning(
  client: ObjectClient,
  { resource, signal }: Pick<ObjectRequest, 'resource' | 'signal'>,
  { revision, sendInitialEvents, selection }: ListQuery,
): Promise<string | undefined> {
  if (sendInitialEvents === true) return undefined;
  if (revision !== undefined || sendInitialEvents === undefined) return revision;
  return (await client.list(resource, { ...selection, limit: 1, signal })).resourceVersion;
}

/** Bookmarks are for those who want them, and not all of them: they come with every change of anything. */
function isTold(
  event: WatchEvent,
  { allowBookmarks, sendInitialEvents }: ListQuery,
  silentMs: number,
): boolean {
  if (event.type !== 'BOOKMARK') return true;
  if (!allowBookmarks) return false;
  return event.endsInitialEvents ? sendInitialEvents === true : silentMs >= bookmarkMs;
}

const randomSeconds = (): number => randomInt(defaultSeconds.least, defaultSeconds.most);
