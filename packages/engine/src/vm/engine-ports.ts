import type { NetworkSettings } from '../tools/network/cni/settings.ts';
import type { VmPorts } from './vm-ports.ts';

/** The ports of all operations: those of VMs, and what networks and the store need besides. */
export interface EnginePorts extends VmPorts {
  readonly networks: NetworkSettings;
  /** Whether it is for a command that frees space, which must be able to write on a full disk. */
  readonly freesSpace?: boolean;
}
