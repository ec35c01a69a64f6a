import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectClient, WatchEvent, WatchOptions } from '../object-client.ts';
import { ObjectError } from '../object-error.ts';
import type { GroupVersionResource } from '../group-version-resource.ts';
import { answeredBookmark, answeredEvent, answeredObject } from './answered-object.ts';
import type { ApiConnection } from './api-connection.ts';
import { jsonOf } from './json-of.ts';
import { resourcePath } from './resource-path.ts';
import { selectionQuery } from './selection-query.ts';
import { statusError } from './status-error.ts';

/** The time after which the server is asked to end a stream, in seconds. The watch goes on with the next one. */
const streamSeconds = 300;
/** The silence after which a connection counts as lost, in milliseconds. */
const silenceMs = (streamSeconds + 30) * 1_000;
/** The pause between two streams, in milliseconds. */
const pauseMs = 250;
/** The number of objects in one answer to a list. */
const pageSize = 500;

/** Watches through one stream after the other, each of which goes on where the one before it ended. */
export async function* watchOverHttp(
  client: Pick<ObjectClient, 'list'>,
  connection: ApiConnection,
  resource: GroupVersionResource,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const { signal } = options;
  let seen = options.resourceVersion;
  let hasBegun = false;
  while (!signal.aborted) {
    try {
      for await (const event of streamed(connection, resource, { ...options, resourceVersion: seen })) {
        hasBegun = true;
        // Initial events are in no order, so that only their end says how far they went.
        if (seen !== undefined || endsInitialEvents(event)) seen = revisionOf(event);
        yield event;
      }
      if (seen === undefined)
        throw new ObjectError('SERVER_FAILED', 'the watch ended before its first events');
      await delay(pauseMs, undefined, { signal });
    } catch (failure) {
      if (signal.aborted) return;
      if (seen !== undefined || hasBegun) throw failure;
      // A server that is old, or whose etcd is, cannot begin a watch with what is there, but can list it.
      seen = yield* listed(client, resource, options);
    }
  }
}

async function* streamed(
  connection: ApiConnection,
  resource: GroupVersionResource,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const path = `${resourcePath(resource, { namespace: options.namespace })}?${watchQuery(options).toString()}`;
  const { signal } = options;
  for await (const line of connection.lines({ method: 'GET', path, silenceMs, signal }))
    yield watchEvent(line);
}

function watchQuery(options: WatchOptions): URLSearchParams {
  const query = selectionQuery(options);
  query.set('watch', 'true');
  query.set('allowWatchBookmarks', 'true');
  query.set('timeoutSeconds', String(streamSeconds));
  if (options.resourceVersion !== undefined) query.set('resourceVersion', options.resourceVersion);
  else {
    query.set('sendInitialEvents', 'true');
    query.set('resourceVersionMatch', 'NotOlderThan');
  }
  return query;
}

function watchEvent(line: string): WatchEvent {
  const { type, object } = answeredEvent(jsonOf(line));
  switch (type) {
    case 'ERROR':
      throw statusError(500, JSON.stringify(object));
    case 'BOOKMARK': {
      const { resourceVersion, annotations } = answeredBookmark(object).metadata;
      return {
        type,
        resourceVersion,
        endsInitialEvents: annotations['k8s.io/initial-events-end'] === 'true',
      };
    }
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: answeredObject(object) };
  }
}

const revisionOf = (event: WatchEvent): string =>
  event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;

const endsInitialEvents = (event: WatchEvent): boolean =>
  event.type === 'BOOKMARK' && event.endsInitialEvents;

/** Yields what is there as initial events, and returns the revision from which changes are to be watched. */
async function* listed(
  client: Pick<ObjectClient, 'list'>,
  resource: GroupVersionResource,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, string> {
  let page = await client.list(resource, { ...options, limit: pageSize });
  for (;;) {
    for (const object of page.items) yield { type: 'ADDED', object };
    if (page.continue === undefined) break;
    page = await client.list(resource, { ...options, limit: pageSize, continue: page.continue });
  }
  const { resourceVersion } = page;
  yield { type: 'BOOKMARK', resourceVersion, endsInitialEvents: true };
  return resourceVersion;
}
