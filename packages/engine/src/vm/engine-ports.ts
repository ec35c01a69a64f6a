import type { KernelDeps } from '../tools/kernel/assemble-kernel.ts';
import type { NetworkSettings } from '../tools/network/cni/settings.ts';
import type { ImageDeps } from '../tools/oci/import-image.ts';
import type { VmPorts } from './vm-ports.ts';

/** The ports of all operations: those of VMs, and those that images, kernels and the store need besides. */
export type EnginePorts = VmPorts &
  ImageDeps &
  KernelDeps & {
    readonly networks: NetworkSettings;
    readonly freesSpace?: boolean;
  };
