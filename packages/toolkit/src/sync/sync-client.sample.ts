import type { ObjectClient } from '../client/object-client.ts';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { eventKind } from '../core/event.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { ObjectStore } from '../store/store.ts';
import { gitopsKinds } from './gitops-kinds.ts';

/** Returns the client of a test's own kinds, Syncs and events in a store. */
export const syncClient = (store: ObjectStore, { kinds }: Scheme): ObjectClient =>
  new StoreObjectClient(store, [...kinds, ...gitopsKinds, eventKind].map(servedKindOf));
