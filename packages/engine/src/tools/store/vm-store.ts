import { isDeepStrictEqual } from 'node:util';
import { findByQuery } from '@ignite/api/client/find';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Vm, VmSpec, VmStatus } from '@ignite/api/v1/vm';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import type { KindKey } from '@ignite/toolkit/store/kind-store';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { imageStore, kernelStore, vmStore } from './kind-stores.ts';

export const vmFinalizer = 'ignite.weave.works/host';

export const getVm = async (store: ObjectStore, key: KindKey): Promise<Vm> => await vmStore(store).get(key);

/**
 * Returns the current state of a VM by its uid, whatever its name is now.
 * @throws CodedError VM_NOT_FOUND
 */
export async function findVm(store: ObjectStore, uid: string): Promise<Vm> {
  const vm = await vmStore(store).findByUid(uid);
  return findByQuery('VM', vm ? [vm] : [], uid);
}

/**
 * Changes the current state of a VM, whoever else writes in between. Its conditions are kept in step with its
 * status. Nothing is written if nothing changes.
 */
export async function changeVm(
  store: ObjectStore,
  vm: Vm,
  change: (now: Vm) => {
    readonly spec?: VmSpec;
    readonly status?: VmStatus;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  },
): Promise<Vm> {
  return await vmStore(store).modify(vm.metadata, (now) => {
    const { spec = now.spec, status: changed, ...metadata } = change(now);
    const status = changed ? withConditions({ spec, status: changed }, new Date().toISOString()) : now.status;
    const next = { ...now, spec, status, metadata: { ...now.metadata, ...metadata } };
    return isDeepStrictEqual(next, now) ? now : next;
  });
}

/** Returns the image that a VM was created from. */
export async function imageOf(vm: Vm, store: ObjectStore): Promise<Image> {
  const { digest } = vm.status.image ?? {};
  const [image] =
    digest === undefined ? [] : (await imageStore(store).list({ fields: { 'status.digest': digest } })).items;
  if (!image) throw new Error(`the image of VM ${vm.metadata.name} is not in the store`);
  return image;
}

/** Returns the kernel that a VM boots. */
export async function kernelOf(vm: Vm, store: ObjectStore): Promise<Kernel> {
  const { id } = vm.status.kernel ?? {};
  const [kernel] =
    id === undefined ? [] : (await kernelStore(store).list({ fields: { 'status.id': id } })).items;
  if (!kernel) throw new Error(`the kernel of VM ${vm.metadata.name} is not in the store`);
  return kernel;
}
