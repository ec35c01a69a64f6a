import { type Image, imageKind } from '@ignite/api/v1/image';
import { type Kernel, kernelKind } from '@ignite/api/v1/kernel';
import { type Vm, vmKind } from '@ignite/api/v1/vm';
import { type Volume, volumeKind } from '@ignite/api/v1/volume';
import { KindReader } from '@ignite/toolkit/store/kind-store';
import type { StoreReader } from '@ignite/toolkit/store/store';

export const volumeFinalizer = 'ignite.weave.works/volume';

/** Lists the VMs. Damaged records are left out, here and below. */
export const listVms = async (store: StoreReader): Promise<readonly Vm[]> =>
  (await new KindReader(store, vmKind).list()).items;

export const listImages = async (store: StoreReader): Promise<readonly Image[]> =>
  (await new KindReader(store, imageKind).list()).items;

export const listKernels = async (store: StoreReader): Promise<readonly Kernel[]> =>
  (await new KindReader(store, kernelKind).list()).items;

/** Lists the volumes with the VMs that name them, which only the VMs tell. */
export async function listVolumes(store: StoreReader): Promise<readonly Volume[]> {
  const [{ items }, vms] = await Promise.all([new KindReader(store, volumeKind).list(), listVms(store)]);
  return items.map((volume) => {
    const usedBy = vms.filter((vm) => usesVolume(vm, volume.metadata.name)).map((vm) => vm.metadata.name);
    return { ...volume, status: { ...volume.status, usedBy } };
  });
}

const usesVolume = (vm: Vm, name: string): boolean =>
  vm.spec.storage?.volumes.some(({ volume }) => volume?.name === name) ?? false;
