import {
  hostKind,
  imageKind,
  kernelKind,
  snapshotKind,
  vmKind,
  volumeKind,
  warmPoolKind,
} from '@ignite/api/v1/object-kinds';
import type { Host } from '@ignite/api/v1/host';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import type { Volume } from '@ignite/api/v1/volume';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';

/** The VMs of a host are listed by `listOwnVms`. */
export const vmsIn = (objects: ObjectClient): Omit<KindClient<Vm>, 'list'> => new KindClient(objects, vmKind);
export const imagesIn = (objects: ObjectClient): KindClient<Image> => new KindClient(objects, imageKind);
export const kernelsIn = (objects: ObjectClient): KindClient<Kernel> => new KindClient(objects, kernelKind);
export const volumesIn = (objects: ObjectClient): KindClient<Volume> => new KindClient(objects, volumeKind);
export const snapshotsIn = (objects: ObjectClient): KindClient<Snapshot> =>
  new KindClient(objects, snapshotKind);
export const poolsIn = (objects: ObjectClient): KindClient<WarmPool> => new KindClient(objects, warmPoolKind);
export const hostsIn = (objects: ObjectClient): KindClient<Host> => new KindClient(objects, hostKind);
