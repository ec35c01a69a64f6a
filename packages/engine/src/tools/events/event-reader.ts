import type { EventClient } from '@ignite/api/client/event-client';
import type { EventObject } from '@ignite/toolkit/controller/event-recorder';
import type { StoreReader } from '@ignite/toolkit/store/store';

/** Reads the events of a store. */
export function eventReader(store: StoreReader): EventClient {
  return {
    list: async () => {
      const { revision, items } = await store.list('Event');
      const events = (items as readonly EventObject[]).toSorted(byTime);
      return { revision, events };
    },
    watch: async function* (revision, signal) {
      for await (const event of store.watch('Event', revision, signal))
        if (event.type === 'ADDED' || event.type === 'MODIFIED') yield event.object as EventObject;
    },
  };
}

/** Events of the same millisecond keep the order in which they were written. */
const byTime = (a: EventObject, b: EventObject): number =>
  Date.parse(a.spec.lastTime) - Date.parse(b.spec.lastTime) ||
  Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion);
