import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { described } from '@ignite/toolkit/schema/described';
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
import { vmSshSchema } from './vm-ssh.ts';
import { vmStorageSchema } from './vm-storage.ts';

/** With less memory, Debian's kernel fails to boot. */
const minimumMemory = 96 * 2 ** 20;
const minimumDisk = 16 * 2 ** 20;

const source = v.pipe(v.string(), v.nonEmpty(), v.transform(familiarSource));

const vmSpecFieldsSchema = v.strictObject({
  arch: described(
    "Architecture of the VM, its image and its kernel; by default the host's. Other architectures are emulated.",
    v.optional(archSchema),
  ),
  hostName: described(
    'Host that runs the VM; by default the host where it is created. It cannot be changed.',
    v.optional(v.pipe(v.string(), v.nonEmpty())),
  ),
  image: v.strictObject({
    oci: described(
      'Image in a registry, or another source such as `oci-archive:/path` or `docker-daemon:name:tag`.',
      source,
    ),
  }),
  kernel: v.optional(
    v.strictObject({
      oci: described('Kernel image; by default the default kernel for the architecture.', v.optional(source)),
      cmdLine: described('Arguments to append to the kernel command line.', v.optional(v.string())),
    }),
    {},
  ),
  cpus: described(
    'Number of CPUs.',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 1),
  ),
  machine: v.optional(vmMachineSchema),
  memory: described(
    'Memory size, a whole number of MB; at least 96MB.',
    v.optional(size({ atLeast: minimumMemory, multipleOf: 2 ** 20 }), '512MB'),
  ),
  diskSize: described(
    'Size of the root file system; larger if the image requires it.',
    v.optional(size({ atLeast: minimumDisk, multipleOf: 2 ** 20 }), '4GB'),
  ),
  ssh: described('SSH access, with one key or several.', v.optional(vmSshSchema)),
  network: v.optional(vmNetworkSchema, {}),
  storage: v.optional(vmStorageSchema),
  cloudInit: v.optional(cloudInitSchema),
  copyFiles: described(
    'Files and directories of the host to copy into the VM at first boot.',
    v.optional(v.array(v.strictObject({ hostPath: absolutePath, vmPath: absolutePath })), []),
  ),
  command: described(
    'Replaces the Cmd of the image; its Entrypoint is kept.',
    v.optional(v.array(v.string())),
  ),
  tty: described(
    'Terminal for the entrypoint, which merges its standard output and error.',
    v.optional(v.boolean()),
  ),
  env: described(
    'Environment variables for the entrypoint, in addition to those of the image; ignored by images that boot an init.',
    v.optional(environmentSchema),
  ),
  source: described(
    'Snapshot from which the VM is made, with its disk and, if it holds that, its memory; it is used until the VM has a disk.',
    v.optional(
      v.strictObject({
        snapshot: v.pipe(v.string(), v.nonEmpty()),
        identity: described(
          'Whose identity the guest has. `Kept` is that of the VM of the snapshot, with its name and its addresses, as cloud-init has given it; this needs a router.',
          v.optional(v.picklist(['Own', 'Kept'])),
        ),
      }),
    ),
  ),
  sandbox: v.optional(vmSandboxSchema),
  restartPolicy: described(
    'Restart policy: whether the VM is started again after it ends by itself.',
    v.optional(restartPolicySchema, 'no'),
  ),
  power: described(
    'Desired power state. A suspended VM has its memory saved and goes on from there; one that is down already stays so.',
    v.optional(v.picklist(['Running', 'Stopped', 'Paused', 'Suspended']), 'Running'),
  ),
});
export const vmSpecSchema = v.pipe(
  vmSpecFieldsSchema,
  v.check(
    ({ source, network }) => source?.identity !== 'Kept' || network.router !== undefined,
    'must not keep the identity of another VM without a router: both would have the same addresses',
  ),
);
export type VmSpec = v.InferOutput<typeof vmSpecSchema>;

export interface VmNetworkStatus {
  /**
   * The addresses of all interfaces, those of eth0 first, and IPv4 before IPv6. Of a VM behind a router, they are those at which its host
   * reaches it.
   */
  readonly ipAddresses: readonly string[];
  /** The MAC of eth0. */
  readonly mac: string;
  /** The gateways through which the guest leaves its networks, IPv4 first; empty if there is none. */
  readonly gateway: string;
  /** The interfaces; absent if only the addresses are known, as for a VM that the original ran. */
  readonly interfaces?: readonly VmInterfaceStatus[];
}

export interface VmInterfaceStatus {
  /** The name in the VM's namespace. The guest numbers its own interfaces from eth0, in this order. */
  readonly name: string;
  /** The CNI network; absent for an interface that the plugins of another network created. */
  readonly network?: string;
  readonly mac: string;
  /** The addresses that the guest has. */
  readonly ipAddresses: readonly string[];
}

/** What a guest takes itself for. */
export interface GuestIdentity {
  readonly vmUid: string;
  readonly hostname: string;
}

export interface RestartStatus {
  /** The number of restarts by the policy since somebody last started the VM. */
  readonly count: number;
  /**
   * The last delay before a restart in milliseconds. It doubles each time, unless the VM stays up for a
   * while.
   */
  readonly pauseMs: number;
  /** The time of the next start (RFC 3339); set while the phase is `Restarting`. */
  readonly nextTime?: string;
  /** How the VM ended the last time. */
  readonly lastExit?: { readonly exitCode?: number; readonly message?: string };
}

/** What somebody wanted of a VM's life: that it is down, or that it is up since a restart, if one was asked for. */
export type LifeWish =
  { readonly power: 'Stopped' } | { readonly power: 'Running'; readonly restartedAt?: string };

/** When a VM whose start has failed may be started again. */
export interface StartRetry {
  /** The delay in milliseconds, which is `firstStartPauseMs` after the first failure, and doubles with each other. */
  readonly pauseMs: number;
  /** The time of the next attempt (RFC 3339). */
  readonly nextTime: string;
}

export const firstStartPauseMs = 10_000;

/** How far a guest has come with its user data. cloud-init tells nothing of it. */
export interface BootstrapStatus {
  readonly state: 'Running' | 'Done' | 'Failed' | 'Refused' | 'CloudInit';
  /** The last lines of the output of what has failed, or why the user data was refused. */
  readonly output: string;
}

export interface VmStatus {
  readonly phase: VmPhase;
  /** Why the phase is `Failed`, or anything else that a person should know. */
  readonly message?: string;
  /** The generation of the spec that was last acted upon. */
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  /**
   * The wish that was last acted upon. While the VM's wish is the same, a VM that has ended by itself is left
   * to its restart policy.
   */
  readonly lastWish?: LifeWish;
  /** Set while the phase is `Failed`, or the phase is `Suspended` because the VM could not be resumed. */
  readonly startRetry?: StartRetry;
  /** The architecture, which was determined when the VM was created. */
  readonly arch?: Arch;
  readonly image?: { readonly digest: string; readonly bootMode: BootMode };
  readonly kernel?: { readonly id: string; readonly version: string };
  /**
   * Set if its disk belonged to another VM before. The guest then keeps its identity at its first boot here.
   */
  readonly adopted?: boolean;
  /** The VM whose identity the guest has kept, if that is not the VM itself. */
  readonly identity?: GuestIdentity;
  /** The last addresses, which are requested again at the next start. */
  readonly network?: VmNetworkStatus;
  readonly restarts?: RestartStatus;
  /** The fields of the spec that were changed while the VM runs and take effect at its next start. */
  readonly pending?: readonly string[];
  /**
   * The spec with which the guest was started, be it running or suspended. Earlier versions recorded it once
   * something that concerns the guest had been changed since.
   */
  readonly booted?: VmSpec;
  /**
   * The memory that the running guest was last told to use, of what it was booted with; absent means all of
   * it.
   */
  readonly memory?: Bytes;
  /** The time of the start (RFC 3339); set while the VM runs. */
  readonly startTime?: string;
  /** The time at which its SSH first answered since the start (RFC 3339), if somebody has waited for that. */
  readonly readyTime?: string;
  /** What the guest has told of its user data since its boot; a guest that is done says so again at each boot. */
  readonly bootstrap?: BootstrapStatus;
  /** The time of the end (RFC 3339); set once the VM has stopped. */
  readonly finishTime?: string;
  /**
   * The exit status of the entrypoint, or 0 for an orderly power-off of an image with an init; 128 plus the
   * signal's number if the VMM was killed. It is set once the VM has stopped, and absent if the VM never came
   * up, or its host went down with it.
   */
  readonly exitCode?: number;
}

export interface Vm extends KubeObject {
  readonly kind: 'VM';
  readonly spec: VmSpec;
  readonly status: VmStatus;
}
