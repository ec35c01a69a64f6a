import { withFamiliarSources } from '@ignite/api/v1/familiar-source';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import type { Volume, VolumeStatus } from '@ignite/api/v1/volume';
import type { StoreReader } from '@ignite/toolkit/store/store';

export const volumeFinalizer = 'ignite.weave.works/volume';

/** This program has written the store's objects of a kind; damaged records are left out. */
export const listVms = async (store: StoreReader): Promise<readonly Vm[]> =>
  ((await store.list('VM')).items as readonly Vm[]).map(asKnown);

/** Somebody else may have stored a VM without a status. */
export const asKnown = (vm: Vm): Vm => {
  const spec = withFamiliarSources(vm.spec);
  const isWhole = (vm.status as Partial<VmStatus> | undefined)?.phase !== undefined;
  if (isWhole) return spec === vm.spec ? vm : { ...vm, spec };
  return { ...vm, spec, status: { ...vm.status, phase: 'Created' } };
};

export const listImages = async (store: StoreReader): Promise<readonly Image[]> =>
  (await store.list('Image')).items as readonly Image[];

export const listKernels = async (store: StoreReader): Promise<readonly Kernel[]> =>
  (await store.list('Kernel')).items as readonly Kernel[];

/** Lists the volumes with the VMs that name them, which only the VMs tell. */
export async function listVolumes(store: StoreReader): Promise<readonly Volume[]> {
  const [{ items }, vms] = await Promise.all([store.list('Volume'), listVms(store)]);
  return (items as readonly Volume[]).map((volume) => {
    const usedBy = vms.filter((vm) => usesVolume(vm, volume.metadata.name)).map((vm) => vm.metadata.name);
    return { ...volume, status: { ...volume.status, usedBy } satisfies VolumeStatus };
  });
}

const usesVolume = (vm: Vm, name: string): boolean =>
  vm.spec.storage?.volumes.some(({ volume }) => volume?.name === name) ?? false;
