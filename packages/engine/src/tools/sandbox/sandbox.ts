import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { Bytes } from '@ignite/toolkit/units/bytes';

/** The size limit of a program's log; the oldest output is dropped when the limit is reached. */
export const logLimitBytes = 16 * 2 ** 20;

export interface SandboxMount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
  /** The file keeps its owner, who has given the program access. */
  readonly keepsOwner?: boolean;
  /** The file is given to the program's user even if it is read-only, because nobody else may read it. */
  readonly isSecret?: boolean;
}

/** A block device of the host, with its path in the sandbox. */
export interface SandboxBlockDevice {
  readonly source: string;
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  readonly writable: boolean;
}

/** The privileges of a helper of the VMM, which may need to act as several users. Only conmon grants them. */
export interface SandboxPrivileges {
  /**
   * The capabilities, by the names of capabilities(7). None of them allows to make a file set-user-ID or
   * set-group-ID.
   */
  readonly capabilities: readonly string[];
  /** The number of files that it may have open. */
  readonly openFiles: number;
}

/** A program in a sandbox. */
export interface SandboxSpec {
  readonly uid: string;
  readonly runtime: SandboxRuntime;
  readonly argv: readonly string[];
  /** Variables that are added to the few that every program gets. */
  readonly environ: Readonly<Record<string, string>>;
  /**
   * The user that the program runs as, which is unprivileged unless privileges are given. The sandbox gives
   * it the writable mounts.
   */
  readonly user: number;
  readonly privileges?: SandboxPrivileges;
  /** The network namespace; without it, the program has no network. */
  readonly netnsPath?: string;
  /** Set if the program opens sockets of IP itself. Only conmon grants it. */
  readonly usesIp?: true;
  /**
   * The root of an image's file system, which the program sees instead of the host's programs and libraries. Folders
   * for mounts are made in it. Only conmon grants it.
   */
  readonly rootfs?: string;
  readonly mounts: readonly SandboxMount[];
  readonly devices: readonly string[];
  readonly blockDevices?: readonly SandboxBlockDevice[];
  readonly memoryLimit: Bytes;
  /** The size limit of each file that the program writes. Without it, only the disk limits them. */
  readonly fileSizeLimit?: Bytes;
  /** The number of CPUs. */
  readonly cpuLimit: number;
  /** Set if the program is to disturb others as little as possible, and is the first to go if the host runs out of memory. */
  readonly isSpare?: true;
  /** The file that receives the program's output; its size is limited. */
  readonly logPath: string;
  /** The command that is run on the host as root after the program has ended. */
  readonly exitCommand: readonly string[];
}

export type SandboxObservation =
  | { readonly state: 'absent' }
  /** The program neither runs nor has ever started: its launch was cut short. */
  | { readonly state: 'partial' }
  /** `monitorPid` is the process that runs the exit command, if it is a process of this host. */
  | { readonly state: 'running'; readonly pid: number; readonly monitorPid?: number }
  /** `outOfMemory` is set if the kernel has killed the program or a child of it at the memory limit. */
  | { readonly state: 'exited'; readonly exitCode?: number; readonly outOfMemory?: boolean };

/**
 * Isolates and supervises programs that outlive this process. Every call is idempotent and works after a
 * reboot.
 */
export interface Sandbox {
  /** Starts a program. Resolves once it runs. The sandbox must not exist. */
  launch(spec: SandboxSpec, signal: AbortSignal): Promise<{ readonly pid: number }>;
  observe(uid: string): Promise<SandboxObservation>;
  /** Kills the program, and resolves when it is gone. */
  kill(uid: string, signal: AbortSignal): Promise<void>;
  /** Kills the program and removes every process, mount, cgroup and file of the sandbox. */
  remove(uid: string, signal: AbortSignal): Promise<void>;
}

/** Returns the user of a VM. The users are in a range that systemd's UIDS-GIDS lists as unused. */
export const sandboxUser = (uid: string): number => 0x70000000 + Number.parseInt(uid.slice(0, 6), 16);
