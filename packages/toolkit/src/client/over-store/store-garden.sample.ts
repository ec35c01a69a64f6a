import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../../store/store.ts';
import type { TestGarden } from '../test-garden.ts';
import { pot, pots, sheds } from '../garden.sample.ts';
import { StoreObjectClient } from './store-object-client.ts';

/** More changes than a store keeps. */
const manyChanges = 6_000;

/** Returns a garden in a store, which is closed with it. */
export function gardenIn(store: ObjectStore): TestGarden {
  return {
    client: new StoreObjectClient(store, [pots, sheds]),
    namespaces: [`home-${randomUUID()}`, `other-${randomUUID()}`],
    oldRevision: async () => {
      let now = await store.create({ ...pot('garden', 'old'), metadata: { name: 'old', uid: 'old' } });
      const { resourceVersion } = now.metadata;
      for (let count = 0; count < manyChanges; count += 1)
        now = await store.update({ ...now, status: { count } });
      return resourceVersion;
    },
    [Symbol.asyncDispose]: async () => store[Symbol.dispose](),
  };
}
