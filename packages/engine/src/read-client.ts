import { existsSync } from 'node:fs';
import type { ReadClient } from '@ignite/api/client/client';
import { findByQuery } from '@ignite/api/client/find';
import { openSqliteStoreReadOnly } from '@ignite/toolkit/store/sqlite';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { type Paths, storePath } from './host/paths.ts';
import { bootId, withTruePhase } from './vm/liveness.ts';
import { listImages, listKernels, listVms } from './vm/vm-store.ts';

/** Reads from an open store. */
export function readClient(store: ObjectStore): ReadClient {
  const vms = async () => {
    const boot = bootId();
    return (await listVms(store)).map((vm) => withTruePhase(vm, boot));
  };
  return {
    listVms: vms,
    listImages: () => listImages(store),
    listKernels: () => listKernels(store),
    findVm: async (query) => findByQuery('VM', await vms(), query),
    findImage: async (query) => findByQuery('Image', await listImages(store), query),
    findKernel: async (query) => findByQuery('Kernel', await listKernels(store), query),
  };
}

/** For commands that only read: loads little, needs no root, and takes a host that never ran a VM as an empty one. */
export function openReadClient(paths: Paths): ReadClient & Disposable {
  if (!existsSync(storePath(paths))) return { ...emptyClient, [Symbol.dispose]: () => {} };
  const store = openSqliteStoreReadOnly(storePath(paths));
  return { ...readClient(store), [Symbol.dispose]: () => store[Symbol.dispose]() };
}

const emptyClient: ReadClient = {
  listVms: async () => [],
  listImages: async () => [],
  listKernels: async () => [],
  findVm: async (query) => findByQuery('VM', [], query),
  findImage: async (query) => findByQuery('Image', [], query),
  findKernel: async (query) => findByQuery('Kernel', [], query),
};
