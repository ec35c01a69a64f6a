import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { engineKinds } from './engine-objects.ts';

/** Returns the objects of the engine in a store, for tests that have no host. */
export const engineClient = (store: ObjectStore): ObjectClient => new StoreObjectClient(store, engineKinds);
