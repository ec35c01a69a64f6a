import { existsSync } from 'node:fs';
import type { ReadClient } from '@ignite/api/client/client';
import { findByQuery } from '@ignite/api/client/find';
import type { Finder } from '@ignite/api/client/finder';
import type { ApiObject } from '@ignite/toolkit/object/meta';
import { openSqliteStoreReadOnly } from '@ignite/toolkit/store/sqlite';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { type Paths, storePath } from '../host/paths.ts';
import { findByReference } from '../oci/find-by-reference.ts';
import { bootId, withTruePhase } from '../vm/liveness.ts';
import { listImages, listKernels, listVms } from '../vm/vm-store.ts';

/** Reads from an open store. */
export function readClient(store: ObjectStore): ReadClient {
  return {
    vms: finder(findVm, async () => {
      const [boot, now] = [bootId(), Date.now()];
      return (await listVms(store)).map((vm) => withTruePhase(vm, boot, now));
    }),
    images: finder(findImage, () => listImages(store)),
    kernels: finder(findKernel, () => listKernels(store)),
  };
}

/** For commands that only read: loads little, needs no root, and takes a host that never ran a VM as an empty one. */
export function openReadClient(paths: Paths): ReadClient & Disposable {
  if (!existsSync(storePath(paths))) return { ...emptyClient, [Symbol.dispose]: () => {} };
  const store = openSqliteStoreReadOnly(storePath(paths));
  return { ...readClient(store), [Symbol.dispose]: () => store[Symbol.dispose]() };
}

type Find = <T extends ApiObject>(items: readonly T[], query: string) => T;

const findVm: Find = (items, query) => findByQuery('VM', items, query);
const findImage: Find = (items, query) => findByReference('Image', items, query);
const findKernel: Find = (items, query) => findByReference('Kernel', items, query);

const finder = <T extends ApiObject>(find: Find, list: () => Promise<readonly T[]>): Finder<T> => ({
  list,
  find: async (query) => find(await list(), query),
});

const emptyClient: ReadClient = {
  vms: finder(findVm, async () => []),
  images: finder(findImage, async () => []),
  kernels: finder(findKernel, async () => []),
};
