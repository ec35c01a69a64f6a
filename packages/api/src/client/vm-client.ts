import type { Vm } from '../v1/vm.ts';
import type { SandboxRuntime } from '../v1/vm-sandbox.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface CreateVmRequest {
  /** Absent: a name is made up. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** As a person wrote it: defaults are filled in and everything is validated here. */
  readonly spec: unknown;
  readonly registryConfigDir?: string;
  /** Given for a VM that is started at once: what its host lacks for that is found before anything is fetched. */
  readonly preflight?: Pick<StartVmRequest, 'ignorePreflightChecks'>;
  /** Wins over that of the spec; conmon takes its place, with a warning, where this host has it not. */
  readonly runtime?: SandboxRuntime;
}

export interface StartVmRequest {
  /** For this and later starts, as in `CreateVmRequest`. */
  readonly runtime?: SandboxRuntime;
  /** Of the original: has no effect, and is shown to whoever asks for it. */
  readonly networkPlugin?: string;
  /** How long SSH may take to answer. */
  readonly sshTimeoutMs?: number;
  /** Types or names of checks of the host, or `all`, in any letter case. */
  readonly ignorePreflightChecks?: readonly string[];
  /** What a start that fails has made is left to be looked at; the next start or stop clears it up. */
  readonly keepFailed?: boolean;
  /** Who writes to the entrypoint's console is a program: nothing is echoed, and no byte but line breaks means anything. */
  readonly isInputPiped?: boolean;
}

/** How to reach a VM by SSH: everything that OpenSSH's client needs, host key pinned. */
export interface SshTarget {
  readonly address: string;
  readonly user: string;
  /** Options for ssh(1) that name the key, the pinned host key, and forbid every question. */
  readonly args: readonly string[];
}

export interface LogsRequest {
  readonly follow: boolean;
  /** Only the last lines. */
  readonly tail?: number;
  /** Only what was written from then on, and up to then; in milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Each line with the time at which it began. */
  readonly timestamps?: boolean;
  /** Also what was written before the last start. */
  readonly allStarts?: boolean;
}

/** VMs, named as in `find`. */
export interface StopVmRequest {
  /** Whether it is ended at once. */
  readonly force: boolean;
  /** How long the guest is given; absent: 30 seconds. */
  readonly timeoutMs?: number;
}

export interface VmClient extends Finder<Vm> {
  /**
   * Makes the VM with its disk; imports image and kernel when they are absent. It is not started.
   * @throws CodedError PREFLIGHT_FAILED when the host is to be ready for that, and is not
   */
  create(request: CreateVmRequest, op: ClientOperation): Promise<Vm>;
  /**
   * Resolves once the VM runs, and when it has `ssh: true`, once SSH answers.
   * @throws CodedError PREFLIGHT_FAILED when the host is not ready, SSH_UNREACHABLE when SSH does not answer in time (the
   * VM goes on), VM_EXITED when the VM ends before
   */
  start(query: string, request: StartVmRequest, op: ClientOperation): Promise<Vm>;
  /** Asks the guest to power off, and after the grace period ends it. */
  stop(query: string, request: StopVmRequest, op: ClientOperation): Promise<Vm>;
  /** Halts its vCPUs and keeps its memory. @throws CodedError VM_NOT_RUNNING, PAUSE_UNSUPPORTED */
  pause(query: string, op: ClientOperation): Promise<Vm>;
  /** @throws CodedError VM_NOT_RUNNING */
  resume(query: string, op: ClientOperation): Promise<Vm>;
  /** @throws CodedError VM_RUNNING unless forced */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm>;
  /** Resolves when the VM no longer runs, with its exit code in the status. */
  wait(query: string, signal: AbortSignal): Promise<Vm>;
  /** The console's output, oldest first. */
  logs(query: string, request: LogsRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Resolves once the image's init or entrypoint is about to begin. @throws CodedError VM_NOT_RUNNING */
  untilHandedOver(query: string, signal: AbortSignal): Promise<void>;
  /** The path of the unix stream socket that is the VM's console. @throws CodedError VM_NOT_RUNNING */
  consoleSocket(query: string, signal: AbortSignal): Promise<string>;
  /** Waits until SSH answers. @throws CodedError VM_NOT_RUNNING, SSH_NO_KEY, SSH_UNREACHABLE */
  sshTarget(
    query: string,
    request: { readonly timeoutMs: number; readonly identity?: string },
    op: ClientOperation,
  ): Promise<SshTarget>;
}
