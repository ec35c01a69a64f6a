import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { Bytes } from '@ignite/toolkit/units/bytes';

/** Of a program's output; what came first goes when there is more. */
export const logLimitBytes = 16 * 2 ** 20;

export interface SandboxMount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
  /** It stays its owner's, who has seen to it that the program may use it. */
  readonly keepsOwner?: boolean;
  /** It becomes the program's user's, although that may only read it: nobody else may. */
  readonly isSecret?: boolean;
}

/** A block device of the host, under a name of the program's. */
export interface SandboxBlockDevice {
  readonly source: string;
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  readonly writable: boolean;
}

/** What a program may do that serves the VMM, rather than being one: such need the power of several users. conmon's alone. */
export interface SandboxPrivileges {
  /** As capabilities(7) names them. It cannot make a file set-user-ID or set-group-ID with any of them. */
  readonly capabilities: readonly string[];
  /** How many files it may have open. */
  readonly openFiles: number;
}

/** One program, shut in. */
export interface SandboxSpec {
  readonly uid: string;
  readonly runtime: SandboxRuntime;
  readonly argv: readonly string[];
  /** Added to the few variables that every program gets. */
  readonly environ: Readonly<Record<string, string>>;
  /** The user that the program runs as, unprivileged by default; the sandbox hands it the writable mounts. */
  readonly user: number;
  readonly privileges?: SandboxPrivileges;
  /** Absent: it has no network. */
  readonly netnsPath?: string;
  readonly mounts: readonly SandboxMount[];
  readonly devices: readonly string[];
  readonly blockDevices?: readonly SandboxBlockDevice[];
  readonly memoryLimit: Bytes;
  /** Of any file that it writes to, in which it can have no more; absent: what there is room for. */
  readonly fileSizeLimit?: Bytes;
  /** Whole CPUs. */
  readonly cpuLimit: number;
  /** Receives the program's output; bounded in size. */
  readonly logPath: string;
  /** Run on the host, as root, after the program has ended. */
  readonly exitCommand: readonly string[];
}

export type SandboxObservation =
  | { readonly state: 'absent' }
  /** Neither running nor ever started: something was cut short. */
  | { readonly state: 'partial' }
  /** `monitorPid`: of the process that runs the exit command, where it is one of this host. */
  | { readonly state: 'running'; readonly pid: number; readonly monitorPid?: number }
  /** `outOfMemory`: the kernel has killed it, or a child of its, at the limit of its memory. */
  | { readonly state: 'exited'; readonly exitCode?: number; readonly outOfMemory?: boolean };

/** Isolates and watches over programs that outlive us. Every call is idempotent and works after a reboot. */
export interface Sandbox {
  /** Resolves once the program runs. The sandbox must be absent. */
  launch(spec: SandboxSpec, signal: AbortSignal): Promise<{ readonly pid: number }>;
  observe(uid: string): Promise<SandboxObservation>;
  /** Ends the program at once, and resolves when it is gone. */
  kill(uid: string, signal: AbortSignal): Promise<void>;
  /** Ends what runs and leaves no process, mount, cgroup or file. */
  remove(uid: string, signal: AbortSignal): Promise<void>;
}

/** A user of its own for each VM, in the range that systemd's UIDS-GIDS names as used by nobody. */
export const sandboxUser = (uid: string): number => 0x70000000 + Number.parseInt(uid.slice(0, 6), 16);
