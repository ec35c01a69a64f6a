import type { Operation } from '@ignite/toolkit/async/operation';
import type { Image } from '../v1/image.ts';
import type { Kernel } from '../v1/kernel.ts';
import type { Vm } from '../v1/vm.ts';

/** What a long operation tells while it works. `total` is in bytes where it is known. */
export type ProgressEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'transfer'; readonly what: string; readonly done: number; readonly total?: number }
  | { readonly kind: 'warning'; readonly message: string };

export type ClientOperation = Operation<ProgressEvent>;

export interface CreateVmRequest {
  /** Absent: a name is made up. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** As a person wrote it: defaults are filled in and everything is validated here. */
  readonly spec: unknown;
  /** Such as `linux/amd64`; absent: this host's. */
  readonly platform?: string;
  readonly registryConfigDir?: string;
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
}

/** Reads the world as it is; needs no privilege beyond reading the data directory. */
export interface ReadClient {
  /** All VMs by name, with their phase checked against what really runs. */
  listVms(signal: AbortSignal): Promise<readonly Vm[]>;
  listImages(signal: AbortSignal): Promise<readonly Image[]>;
  listKernels(signal: AbortSignal): Promise<readonly Kernel[]>;
  /**
   * Names, uids and unambiguous prefixes of either name a thing; an exact match beats a prefix.
   * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS and likewise for images and kernels
   */
  findVm(query: string, signal: AbortSignal): Promise<Vm>;
  findImage(query: string, signal: AbortSignal): Promise<Image>;
  findKernel(query: string, signal: AbortSignal): Promise<Kernel>;
}

/** The port between commands and the engine: served in process, later by a daemon. VMs are named as in `findVm`. */
export interface Client extends ReadClient, AsyncDisposable {
  /** Makes the VM with its disk; imports image and kernel when they are absent. It is not started. */
  createVm(request: CreateVmRequest, op: ClientOperation): Promise<Vm>;
  /**
   * Resolves once the VM runs, and when it has `ssh: true`, once SSH answers.
   * @throws CodedError SSH_UNREACHABLE when it does not in time (the VM goes on), VM_EXITED when the VM ends before
   */
  startVm(query: string, request: { readonly sshTimeoutMs?: number }, op: ClientOperation): Promise<Vm>;
  /** Asks the guest to power off, and after the grace period ends it. */
  stopVm(
    query: string,
    request: { readonly force: boolean; readonly timeoutMs?: number },
    op: ClientOperation,
  ): Promise<Vm>;
  /** @throws CodedError VM_RUNNING unless forced */
  removeVm(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm>;
  /** Resolves when the VM no longer runs, with its exit code in the status. */
  waitVm(query: string, signal: AbortSignal): Promise<Vm>;
  /** The console's output, oldest first. */
  logs(query: string, request: LogsRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The path of the unix stream socket that is the VM's console. @throws CodedError VM_NOT_RUNNING */
  consoleSocket(query: string, signal: AbortSignal): Promise<string>;
  /** Waits until SSH answers. @throws CodedError VM_NOT_RUNNING, SSH_NO_KEY, SSH_UNREACHABLE */
  sshTarget(
    query: string,
    request: { readonly timeoutMs: number; readonly identity?: string },
    op: ClientOperation,
  ): Promise<SshTarget>;

  importImage(
    source: string,
    request: { readonly platform?: string; readonly registryConfigDir?: string },
    op: ClientOperation,
  ): Promise<Image>;
  /** @throws CodedError IMAGE_IN_USE unless forced, which removes the VMs too */
  removeImage(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Image>;
  importKernel(
    source: string,
    request: { readonly registryConfigDir?: string },
    op: ClientOperation,
  ): Promise<Kernel>;
  /** Makes a kernel from Debian's cloud kernel package. */
  buildKernel(op: ClientOperation): Promise<Kernel>;
  removeKernel(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Kernel>;
  /** What this host has and lacks. */
  doctor(signal: AbortSignal): Promise<readonly DoctorCheck[]>;
  /** Installs what `doctor` found missing and a package can bring. */
  doctorFix(op: ClientOperation): Promise<readonly DoctorCheck[]>;
}

export interface DoctorCheck {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'degraded';
  /** What was found. */
  readonly found: string;
  /** What does not work for the lack of it. */
  readonly cost?: string;
  /** The command that cures it. */
  readonly cure?: string;
}
