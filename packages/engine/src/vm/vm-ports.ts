import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Paths } from '../tools/host/paths.ts';
import type { ThisHost } from '../tools/host/this-host.ts';
import type { KernelDeps } from '../tools/kernel/assemble-kernel.ts';
import type { Network } from '../tools/network/network.ts';
import type { ImageDeps } from '../tools/oci/import-image.ts';
import type { Sandbox } from '../tools/sandbox/sandbox.ts';
import type { StoreAdministration } from '../tools/store/store-administration.ts';
import type { Accel } from '../tools/vmm/accel.ts';
import type { Vmms } from './vmm-of.ts';

/** The host as the steps of VMs use it. */
export interface VmPorts extends ImageDeps, KernelDeps {
  readonly paths: Paths;
  /** The folder with the credentials for registries, if it is not the usual one. */
  readonly registryConfigDir?: string;
  /** The folder of the scripts that run inside VMs. */
  readonly guestDir: string;
  /** The program that keeps the streams of what a guest runs. */
  readonly streamsProgram: string;
  /** The program that runs a command in a guest over its channel. */
  readonly commandProgram: string;
  readonly objects: ObjectClient;
  readonly administration: StoreAdministration;
  readonly self: ThisHost;
  readonly runner: Runner;
  readonly network: Network;
  readonly sandbox: Sandbox;
  readonly vmms: Vmms;
  readonly clock: Clock;
  readonly accel: () => Promise<Accel>;
  /** The command line that cleans up after a VM that has ended. The VM's uid is appended. */
  readonly settleCommand: readonly string[];
}
