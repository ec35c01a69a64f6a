import { kinds } from '@ignite/api/v1/kinds';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';

/** Returns the client of the objects in a store: Ignite's kinds, those of GitOps, and Kubernetes' own. */
export const objectClient = (store: ObjectStore): ObjectClient =>
  new StoreObjectClient(store, [...kinds, ...gitopsKinds, ...coreKinds].map(servedKindOf));
