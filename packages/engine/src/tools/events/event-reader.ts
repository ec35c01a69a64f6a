import type { EventClient } from '@ignite/api/client/event-client';
import { type EventView, eventView } from '@ignite/api/v1/event-view';
import { KindReader } from '@ignite/toolkit/client/kind-client';
import type { ObjectReader } from '@ignite/toolkit/client/object-client';
import { storedEvent } from '@ignite/toolkit/core/resources/event';

/** Reads the events of a store. */
export function eventReader(objects: ObjectReader): EventClient {
  const stored = new KindReader(objects, storedEvent);
  return {
    list: async () => {
      const { resourceVersion: revision, items } = await stored.list();
      return { revision, events: items.map(eventView).toSorted(byTime) };
    },
    watch: async function* (revision, signal) {
      for await (const event of stored.watch({ resourceVersion: revision, signal }))
        if (event.type === 'ADDED' || event.type === 'MODIFIED') yield eventView(event.object);
    },
  };
}

/** Events of the same millisecond keep the order in which they were written. */
const byTime = (a: EventView, b: EventView): number =>
  Date.parse(a.spec.lastTime) - Date.parse(b.spec.lastTime) ||
  Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion);
