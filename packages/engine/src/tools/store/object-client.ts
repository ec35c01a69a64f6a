import { kinds } from '@ignite/api/v1/kinds';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { secretResource } from '@ignite/toolkit/core/resources/secret';
import { derived } from '@ignite/toolkit/object/derived';
import { EncryptedStore } from '@ignite/toolkit/store/encryption/encrypted-store';
import { KeyFile } from '@ignite/toolkit/store/encryption/key-file';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { type Paths, keysPath } from '../host/paths.ts';
import type { OnBroken } from './open-store.ts';

/** Returns the store as one that keeps Secrets encrypted. */
export const encryptedStore = (store: ObjectStore, paths: Paths, onBroken?: OnBroken): EncryptedStore =>
  new EncryptedStore(store, {
    kinds: [secretResource],
    keys: new KeyFile(keysPath(paths)),
    ...(onBroken && { onBroken }),
  });

const known: readonly ServedKind[] = [...kinds, ...gitopsKinds, ...coreKinds, ...accessKinds].map(
  servedKindOf,
);

const none: readonly ServedKind[] = [];

/**
 * Returns the client of the objects in a store: Ignite's kinds, those of GitOps, and Kubernetes' own.
 * @param onBroken is called once for each Secret that cannot be decrypted
 * @param further returns the kinds that are served besides at the moment, in the same list as long as they are the same
 */
export const objectClient = (
  store: ObjectStore,
  paths: Paths,
  onBroken?: OnBroken,
  further: () => readonly ServedKind[] = () => none,
): ObjectClient =>
  new StoreObjectClient(
    encryptedStore(store, paths, onBroken),
    derived(further, (more) => [...known, ...more]),
  );
