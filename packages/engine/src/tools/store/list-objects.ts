import { apiVersion } from '@ignite/api/v1/group';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { imageResource } from '@ignite/api/v1/resources/image';
import { kernelResource } from '@ignite/api/v1/resources/kernel';
import { snapshotResource } from '@ignite/api/v1/resources/snapshot';
import { volumeResource } from '@ignite/api/v1/resources/volume';
import { warmPoolResource } from '@ignite/api/v1/resources/warm-pool';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import type { Volume } from '@ignite/api/v1/volume';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { KindReader } from '@ignite/toolkit/client/kind-client';
import type { ObjectReader } from '@ignite/toolkit/client/object-client';
import { objectKind } from '@ignite/toolkit/scheme/object-kind';
import { type OwnObjects, listOwnVms } from './own-vms.ts';

export const snapshotFinalizer = 'ignite.weave.works/snapshot';
export const volumeFinalizer = 'ignite.weave.works/volume';

/*
 * A listing waits for no schema: these kinds take objects as they are stored, without the defaults that have
 * come since.
 */
const listedImage = objectKind<Image>(imageResource, apiVersion);
const listedKernel = objectKind<Kernel>(kernelResource, apiVersion);
const listedSnapshot = objectKind<Snapshot>(snapshotResource, apiVersion);
const listedPool = objectKind<WarmPool>(warmPoolResource, apiVersion);
const listedVolume = objectKind<Volume>(volumeResource, apiVersion);

/** Lists the images. Damaged records are left out, here and below. */
export const listImages = async (objects: ObjectReader): Promise<readonly Image[]> =>
  (await new KindReader(objects, listedImage).list()).items;

export const listKernels = async (objects: ObjectReader): Promise<readonly Kernel[]> =>
  (await new KindReader(objects, listedKernel).list()).items;

export const listSnapshots = async (objects: ObjectReader): Promise<readonly Snapshot[]> =>
  (await new KindReader(objects, listedSnapshot).list()).items;

export const listPools = async (objects: ObjectReader): Promise<readonly WarmPool[]> =>
  (await new KindReader(objects, listedPool).list()).items;

/** Lists the volumes with the VMs that name them, which only the VMs tell. */
export async function listVolumes({ objects, self }: OwnObjects): Promise<readonly Volume[]> {
  const [{ items }, vms] = await Promise.all([
    new KindReader(objects, listedVolume).list(),
    listOwnVms({ objects, self }),
  ]);
  return items.map((volume) => {
    const usedBy = vms.filter((vm) => usesVolume(vm, volume.metadata)).map((vm) => vm.metadata.name);
    return { ...volume, status: { ...volume.status, usedBy } };
  });
}

/**
 * Tells whether a VM names a volume, or has booted with it, be its guest running or suspended. The volume is then in the
 * VM's own namespace.
 */
export const usesVolume = (
  { metadata, spec, status }: Pick<Vm, 'metadata' | 'spec'> & { readonly status?: Vm['status'] },
  { namespace, name }: Volume['metadata'],
): boolean =>
  metadata.namespace === namespace &&
  [spec, status?.booted].some((as) => as?.storage?.volumes.some(({ volume }) => volume?.name === name));
