import { findByQuery } from '@ignite/api/client/find';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { type Vm, type VmSpec, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import * as v from 'valibot';
import { asKnown, listImages, listKernels, listVms } from './list-objects.ts';

export const vmFinalizer = 'ignite.weave.works/host';

export const getVm = async (store: ObjectStore, name: string): Promise<Vm> =>
  withDefaults(asKnown((await store.get({ kind: 'VM', name })) as Vm));

/** Adds defaults to a VM that an older Ignite has stored without the fields that exist now. */
function withDefaults(vm: Vm): Vm {
  const { success, output } = v.safeParse(vmSpecSchema, vm.spec);
  return success ? { ...vm, spec: output } : vm;
}

/**
 * Returns the current state of a VM by its uid, whatever its name is now.
 * @throws CodedError VM_NOT_FOUND
 */
export const findVm = async (store: ObjectStore, uid: string): Promise<Vm> =>
  withDefaults(findByQuery('VM', await listVms(store), uid));

/**
 * Changes the current state of a VM, whoever else writes in between. Its conditions are kept in step with its
 * status.
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
  for (;;) {
    const now = await getVm(store, vm.metadata.name);
    const { spec = now.spec, status: changed, ...metadata } = change(now);
    const status = changed ? withConditions({ spec, status: changed }, new Date().toISOString()) : now.status;
    const next = { ...now, spec, status, metadata: { ...now.metadata, ...metadata } };
    try {
      return (await store.update(next)) as Vm;
    } catch (failure) {
      if (!hasCode(failure, 'CONFLICT')) throw failure;
    }
  }
}

/** Returns the image that a VM was created from. */
export async function imageOf(vm: Vm, store: ObjectStore): Promise<Image> {
  const image = (await listImages(store)).find(({ status }) => status.digest === vm.status.image?.digest);
  if (!image) throw new Error(`the image of VM ${vm.metadata.name} is not in the store`);
  return image;
}

/** Returns the kernel that a VM boots. */
export async function kernelOf(vm: Vm, store: ObjectStore): Promise<Kernel> {
  const kernel = (await listKernels(store)).find(({ status }) => status.id === vm.status.kernel?.id);
  if (!kernel) throw new Error(`the kernel of VM ${vm.metadata.name} is not in the store`);
  return kernel;
}
