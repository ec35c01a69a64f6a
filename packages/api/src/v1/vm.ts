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
import { familiarSource } from './familiar-source.ts';
import { size } from './size.ts';
import { vmMachineSchema } from './vm-machine.ts';
import { vmNetworkSchema } from './vm-network.ts';
import type { VmPhase } from './vm-phase.ts';
import { vmStorageSchema } from './vm-storage.ts';

/** With less, Debian's kernel runs out of memory while it boots. */
const minimumMemory = 96 * 2 ** 20;
const minimumDisk = 16 * 2 ** 20;

const source = v.pipe(v.string(), v.nonEmpty(), v.transform(familiarSource));

export const vmSpecSchema = v.strictObject({
  /** Of the VM, its image and its kernel; none means this host's. One of another architecture is emulated. */
  arch: v.optional(archSchema),
  image: v.strictObject({
    /** A registry's reference, or another source such as `oci-archive:/path` or `docker-daemon:name:tag`. */
    oci: source,
  }),
  kernel: v.optional(
    v.strictObject({
      /** A kernel image; none means the default one of the VM's architecture. */
      oci: v.optional(source),
      /** Appended to the kernel command line. */
      cmdLine: v.optional(v.string()),
    }),
    {},
  ),
  /** How many vCPUs the VM has. */
  cpus: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 1),
  machine: v.optional(vmMachineSchema),
  /** Of the guest, as a whole number of MB; 96MB at least. */
  memory: v.optional(size({ atLeast: minimumMemory, multipleOf: 2 ** 20 }), '512MB'),
  /** Of the root file system; more is taken where the image needs it. */
  diskSize: v.optional(size({ atLeast: minimumDisk, multipleOf: 2 ** 20 }), '4GB'),
  /** True makes a key pair for this VM; a path names the public key file to let in. */
  ssh: v.optional(v.union([v.literal(true), absolutePath])),
  network: v.optional(vmNetworkSchema, {}),
  storage: v.optional(vmStorageSchema),
  cloudInit: v.optional(cloudInitSchema),
  /** Files and folders of the host that are copied into the VM at its first boot. */
  copyFiles: v.optional(v.array(v.strictObject({ hostPath: absolutePath, vmPath: absolutePath })), []),
  /** Run in place of the image's Cmd, after its Entrypoint. */
  command: v.optional(v.array(v.string())),
  /** Variables for the entrypoint, over those of the image; an image that boots its init has no use for them. */
  env: v.optional(environmentSchema),
  sandbox: v.optional(vmSandboxSchema),
  /** Whether it is started again once it has ended by itself. */
  restartPolicy: v.optional(restartPolicySchema, 'no'),
  /** What the VM should be; its status says what it is. */
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
