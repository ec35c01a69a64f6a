import type { EventClient } from '@ignite/api/client/event-client';
import { type EventObject, eventKind } from '@ignite/toolkit/controller/event';
import { KindReader } from '@ignite/toolkit/store/kind-store';
import type { StoreReader } from '@ignite/toolkit/store/store';

/** Reads the events of a store. */
export function eventReader(store: StoreReader): EventClient {
  const stored = new KindReader(store, eventKind);
  return {
    list: async () => {
      const { revision, items } = await stored.list();
      return { revision, events: items.toSorted(byTime) };
    },
    watch: async function* (revision, signal) {
      for await (const event of stored.watch(revision, signal))
        if (event.type === 'ADDED' || event.type === 'MODIFIED') yield event.object;
    },
  };
}

/** Events of the same millisecond keep the order in which they were written. */
const byTime = (a: EventObject, b: EventObject): number =>
  Date.parse(a.spec.lastTime) - Date.parse(b.spec.lastTime) ||
  Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion);
