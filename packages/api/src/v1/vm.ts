import type { ApiObject } from '@ignite/toolkit/object/meta';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { absolutePath } from './absolute-path.ts';
import { type Arch, archSchema } from './arch.ts';
import { vmSandboxSchema } from './vm-sandbox.ts';
import { restartPolicySchema } from './restart-policy.ts';
import { cloudInitSchema } from './cloud-init.ts';
import { environmentSchema } from './environment.ts';
import type { BootMode } from './image.ts';
import { size } from './size.ts';
import { vmMachineSchema } from './vm-machine.ts';
import { vmNetworkSchema } from './vm-network.ts';
import type { VmPhase } from './vm-phase.ts';
import { vmStorageSchema } from './vm-storage.ts';

/** With less, Debian's kernel runs out of memory while it boots. */
const minimumMemory = 96 * 2 ** 20;
const minimumDisk = 16 * 2 ** 20;

export const vmSpecSchema = v.strictObject({
  /** Architecture of the VM, its image and its kernel; by default the host's. Other architectures are emulated. */
  arch: v.optional(archSchema),
  image: v.strictObject({
    /** Image in a registry, or another source such as `oci-archive:/path` or `docker-daemon:name:tag`. */
    oci: v.pipe(v.string(), v.nonEmpty()),
  }),
  kernel: v.optional(
    v.strictObject({
      /** Kernel image; by default the default kernel for the architecture. */
      oci: v.optional(v.pipe(v.string(), v.nonEmpty())),
      /** Arguments to append to the kernel command line. */
      cmdLine: v.optional(v.string()),
    }),
    {},
  ),
  /** Number of CPUs. */
  cpus: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 1),
  machine: v.optional(vmMachineSchema),
  /** Memory size, a whole number of MB; at least 96MB. */
  memory: v.optional(size({ atLeast: minimumMemory, multipleOf: 2 ** 20 }), '512MB'),
  /** Size of the root file system; larger if the image requires it. */
  diskSize: v.optional(size({ atLeast: minimumDisk, multipleOf: 2 ** 20 }), '4GB'),
  /** SSH access: `true` generates a key pair for this VM, a path names a public key file. */
  ssh: v.optional(v.union([v.literal(true), absolutePath])),
  network: v.optional(vmNetworkSchema, {}),
  storage: v.optional(vmStorageSchema),
  cloudInit: v.optional(cloudInitSchema),
  /** Files and directories of the host to copy into the VM at first boot. */
  copyFiles: v.optional(v.array(v.strictObject({ hostPath: absolutePath, vmPath: absolutePath })), []),
  /** Replaces the Cmd of the image; its Entrypoint is kept. */
  command: v.optional(v.array(v.string())),
  /** Environment variables for the entrypoint, in addition to those of the image; ignored by images that boot an init. */
  env: v.optional(environmentSchema),
  sandbox: v.optional(vmSandboxSchema),
  /** Restart policy: whether the VM is started again after it ends by itself. */
  restartPolicy: v.optional(restartPolicySchema, 'no'),
  /** Desired power state. */
  power: v.optional(v.picklist(['Running', 'Stopped', 'Paused']), 'Running'),
});
export type VmSpec = v.InferOutput<typeof vmSpecSchema>;

export interface VmNetworkStatus {
  /** Of all interfaces, those of eth0 first, and IPv4 before IPv6. */
  readonly ipAddresses: readonly string[];
  /** Of eth0. */
  readonly mac: string;
  /** By which the guest leaves its networks, IPv4 first; empty where there is no way out. */
  readonly gateway: string;
  /** Absent where nothing but the addresses is known, as of a VM that the original ran. */
  readonly interfaces?: readonly VmInterfaceStatus[];
}

export interface VmInterfaceStatus {
  /** In the VM's namespace; the guest numbers its own from eth0, in this order. */
  readonly name: string;
  /** The CNI network; absent for an interface which the plugins of another made. */
  readonly network?: string;
  readonly mac: string;
  readonly ipAddresses: readonly string[];
}

/** A process of this host, and no other that has its pid later. */
export interface HostProcess {
  readonly pid: number;
  /** In clock ticks since boot: field 22 of proc(5) `stat`. */
  readonly startTime: number;
  /** /proc/sys/kernel/random/boot_id */
  readonly bootId: string;
}

export interface RestartStatus {
  /** How often its policy has started it again since someone last did. */
  readonly count: number;
  /** The last pause before a start in milliseconds; the next is twice as long, unless the VM stays up for a while. */
  readonly pauseMs: number;
  /** RFC 3339; when it is started next. Set while the phase is `Restarting`. */
  readonly nextTime?: string;
  /** How it ended before. */
  readonly lastExit?: { readonly exitCode?: number; readonly message?: string };
}

export interface VmStatus {
  readonly phase: VmPhase;
  /** Why the phase is `Failed`, or anything else that a person should know. */
  readonly message?: string;
  readonly observedGeneration?: number;
  /** What `spec.arch` was taken to be when the VM was made. */
  readonly arch?: Arch;
  readonly image?: { readonly digest: string; readonly bootMode: BootMode };
  readonly kernel?: { readonly id: string; readonly version: string };
  /** Its disk was a VM's before: the guest has an identity, and its first boot here gives it no other. */
  readonly adopted?: boolean;
  /** The last address is asked for again at the next start. */
  readonly network?: VmNetworkStatus;
  /** The VMM's process; it is alive only if boot, pid and start time all match. */
  readonly vmm?: HostProcess;
  /** Who clears up after the VMM once it has ended. */
  readonly monitor?: HostProcess;
  /** Who is about to start it, in the phases `Starting` and `Restarting`; with that process gone, nobody is. */
  readonly starter?: HostProcess;
  readonly restarts?: RestartStatus;
  /** Fields of the spec that were changed while it runs and take effect at its next start. */
  readonly pending?: readonly string[];
  /** What the guest that runs was started with, once something that concerns it has been changed since. */
  readonly booted?: VmSpec;
  /** How much of the memory that it was booted with the guest that runs was told to make do with; absent means all. */
  readonly memory?: Bytes;
  /** RFC 3339; set while the VM runs. */
  readonly startTime?: string;
  /** RFC 3339; set once it has stopped. */
  readonly finishTime?: string;
  /**
   * Of the entrypoint, or 0 for an orderly power-off of an image with an init; 128 and the signal when the VMM was killed.
   * Set once it has stopped; absent when it never came up, or its host went down with it.
   */
  readonly exitCode?: number;
}

export interface Vm extends ApiObject {
  readonly kind: 'VM';
  readonly spec: VmSpec;
  readonly status: VmStatus;
}
