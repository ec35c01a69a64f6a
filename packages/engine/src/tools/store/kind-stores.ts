import { imageKind, kernelKind, vmKind, volumeKind } from '@ignite/api/v1/object-kinds';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Vm } from '@ignite/api/v1/vm';
import type { Volume } from '@ignite/api/v1/volume';
import { KindStore } from '@ignite/toolkit/store/kind-store';
import type { ObjectStore } from '@ignite/toolkit/store/store';

/** The VMs of a host are listed by `listOwnVms`. */
export const vmStore = (store: ObjectStore): Omit<KindStore<Vm>, 'list'> => new KindStore(store, vmKind);
export const imageStore = (store: ObjectStore): KindStore<Image> => new KindStore(store, imageKind);
export const kernelStore = (store: ObjectStore): KindStore<Kernel> => new KindStore(store, kernelKind);
export const volumeStore = (store: ObjectStore): KindStore<Volume> => new KindStore(store, volumeKind);
