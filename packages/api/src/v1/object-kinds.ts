import { objectKind } from '@ignite/toolkit/scheme/object-kind';
import { completeSpec } from '@ignite/toolkit/store/complete-spec';
import { completeVmStatus } from './complete-vm-status.ts';
import { currentVm } from './current-vm.ts';
import { apiVersion } from './group.ts';
import { type Host, hostSpecSchema } from './host.ts';
import { type Image, imageSpecSchema } from './image.ts';
import { type Kernel, kernelSpecSchema } from './kernel.ts';
import { hostResource } from './resources/host.ts';
import { imageResource } from './resources/image.ts';
import { kernelResource } from './resources/kernel.ts';
import { snapshotResource } from './resources/snapshot.ts';
import { vmResource } from './resources/vm.ts';
import { volumeResource } from './resources/volume.ts';
import { warmPoolResource } from './resources/warm-pool.ts';
import { type Snapshot, snapshotSpecSchema } from './snapshot.ts';
import { type Vm, vmSpecSchema } from './vm.ts';
import { type Volume, volumeSpecSchema } from './volume.ts';
import { type WarmPool, warmPoolSpecSchema } from './warm-pool.ts';

const completeVmSpec = completeSpec(vmSpecSchema);

export const vmKind = objectKind<Vm>(vmResource, apiVersion, (stored) =>
  completeVmStatus(completeVmSpec(currentVm(stored))),
);
export const imageKind = objectKind<Image>(imageResource, apiVersion, completeSpec(imageSpecSchema));
export const kernelKind = objectKind<Kernel>(kernelResource, apiVersion, completeSpec(kernelSpecSchema));
export const volumeKind = objectKind<Volume>(volumeResource, apiVersion, completeSpec(volumeSpecSchema));
export const snapshotKind = objectKind<Snapshot>(
  snapshotResource,
  apiVersion,
  completeSpec(snapshotSpecSchema),
);
export const warmPoolKind = objectKind<WarmPool>(
  warmPoolResource,
  apiVersion,
  completeSpec(warmPoolSpecSchema),
);
export const hostKind = objectKind<Host>(hostResource, apiVersion, completeSpec(hostSpecSchema));
