import type { VmStorage } from '@ignite/api/v1/vm-storage';
import type { GoObject } from '@ignite/toolkit/go-template/value';
import { nilValue, struct } from './named-value.ts';

/** Volumes and mounts as the original had them, which knew block devices alone: other volumes have a nil there. */
export function storageValue({ volumes = [], volumeMounts = [] }: Partial<VmStorage> = {}): GoObject {
  return struct('VMStorageSpec', {
    Volumes: volumes.map(({ name, blockDevice }) =>
      struct('Volume', {
        Name: name,
        BlockDevice: blockDevice
          ? struct('BlockDeviceVolume', { Path: blockDevice.path })
          : nilValue('*ignite.BlockDeviceVolume', { Path: '' }),
      }),
    ),
    VolumeMounts: volumeMounts.map(({ name, mountPath }) =>
      struct('VolumeMount', { Name: name, MountPath: mountPath }),
    ),
  });
}
