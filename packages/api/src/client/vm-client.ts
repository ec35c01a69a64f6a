import type { Wish } from '../v1/life-wish.ts';
import type { Vm, VmSpec } from '../v1/vm.ts';
import type { SandboxRuntime } from '../v1/vm-sandbox.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';
import type { AttachRequest, ExecRequest, ExecSession, VmAttachment } from './vm-streams.ts';
import type { Warmth } from './warmth.ts';

export interface CreateVmRequest {
  /** The namespace; the default is `default`. */
  readonly namespace?: string;
  /** The name, which no other VM of the namespace may have; the default is a generated one. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The spec as a person wrote it. The client fills in defaults and validates everything. */
  readonly spec: unknown;
  readonly registryConfigDir?: string;
  /** When the VM starts from a template, if there is one for VMs like it; the default is never. */
  readonly warm?: Warmth;
  /**
   * Set for a VM that is to run, and is started right after. What the host lacks for that is then found before anything is
   * fetched.
   */
  readonly preflight?: Pick<StartVmRequest, 'ignorePreflightChecks'>;
  /**
   * The runtime, which wins over that of the spec. If this host lacks it, conmon replaces it, with a warning.
   */
  readonly runtime?: SandboxRuntime;
}

/** What is wanted of a VM beside its power. */
export interface VmDefinition {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: VmSpec;
}

/** A definition, and what is wanted of the VM's life. */
export interface WishedDefinition extends VmDefinition {
  /** What is wanted of the VM's life from now on, if that changes; the power in `spec` does not count. */
  readonly wish?: Wish;
}

/** A VM as it really is, whatever its object says. */
export interface ObservedVm {
  readonly vm: Vm;
  readonly hasDisk: boolean;
  /** Whether the memory of its guest can be reduced while it runs. */
  readonly resizesMemory: boolean;
}

export interface StartVmRequest {
  /** The runtime for this and later starts, as in `CreateVmRequest`. */
  readonly runtime?: SandboxRuntime;
  /** The network plugin that was asked for as in the original. It has no effect, and is only shown. */
  readonly networkPlugin?: string;
  /** The time in which SSH must answer. */
  readonly sshTimeoutMs?: number;
  /** The checks of the host to ignore: their types or names, or `all`, in any letter case. */
  readonly ignorePreflightChecks?: readonly string[];
  /** Keeps what a failed start has made, for inspection. The next start or stop cleans it up. */
  readonly keepFailed?: boolean;
  /** Boots a suspended VM anew, which loses what was in its memory. */
  readonly cold?: boolean;
  /** True if the caller attaches to the VM right after, and is to miss none of its output. */
  readonly attaches?: boolean;
}

export interface LogsRequest {
  readonly follow: boolean;
  /** The number of last lines to return. */
  readonly tail?: number;
  /** Limits the output to what was written from then on, and up to then; in milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Puts the time at which each line began before the line. */
  readonly timestamps?: boolean;
  /** Includes the output before the last start. */
  readonly allStarts?: boolean;
}

/** A piece of a VM's output, byte for byte. */
export interface LogPart {
  /** The stream that it was written to. A console and a terminal have only `stdout`. */
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** Options for stopping a VM. */
export interface StopVmRequest {
  /** Ends the VM at once, without asking the guest. */
  readonly force: boolean;
  /** The time in which the guest must power off; the default is 30 seconds. */
  readonly timeoutMs?: number;
}

export type RestartVmRequest = StopVmRequest &
  Omit<StartVmRequest, 'runtime' | 'networkPlugin' | 'attaches' | 'cold'>;

export interface VmClient extends Finder<Vm> {
  /**
   * Creates a VM with its disk. It imports the image and kernel if they are missing, and does not start the
   * VM.
   * @throws CodedError PREFLIGHT_FAILED if `preflight` is given and the host is not ready
   */
  create(request: CreateVmRequest, op: ClientOperation): Promise<Vm>;
  /** Lists all VMs as they really are. */
  observe(signal: AbortSignal): Promise<readonly ObservedVm[]>;
  /** Writes the definition of a VM. Of a running VM, only ports and memory change at once, as far as possible. */
  redefine(query: string, wanted: WishedDefinition, op: ClientOperation): Promise<Vm>;
  /** Makes a VM what its object says by now, and waits until it is ready. */
  reconcile(query: string, op: ClientOperation): Promise<Vm>;
  /**
   * Finds a VM that can be removed here: one of this host, or one whose host was removed from the store, by its
   * whole name or uid.
   * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS, VM_ELSEWHERE
   */
  findRemovable(query: string, signal: AbortSignal): Promise<Vm>;
  /** Cleans up after a VM that may have ended, and restarts it whenever its policy wants and no daemon does so. */
  settle(uid: string, op: ClientOperation): Promise<void>;
  /**
   * Starts a VM. Resolves once it runs or, if it has a generated key, once SSH answers.
   * @throws CodedError PREFLIGHT_FAILED if the host is not ready, SSH_UNREACHABLE if SSH does not answer in
   *   time (the VM keeps running), VM_EXITED if the VM ends before that
   */
  start(query: string, request: StartVmRequest, op: ClientOperation): Promise<Vm>;
  /**
   * Stops a VM that is up, as `stop`, and starts it, as `start`. A command that is killed in between leaves
   * the restart wanted, so the next reconciliation finishes it.
   */
  restart(query: string, request: RestartVmRequest, op: ClientOperation): Promise<Vm>;
  /** Asks the guest to power off, and ends it after the grace period. */
  stop(query: string, request: StopVmRequest, op: ClientOperation): Promise<Vm>;
  /**
   * Halts the vCPUs of a VM and keeps its memory.
   * @throws CodedError VM_NOT_RUNNING, PAUSE_UNSUPPORTED
   */
  pause(query: string, op: ClientOperation): Promise<Vm>;
  /**
   * Saves the memory of a running VM and the state of its machine, and ends its VMM. A start brings the VM back as
   * it was.
   * @throws CodedError VM_NOT_RUNNING, SUSPEND_UNSUPPORTED, SUSPEND_FAILED (the VM goes on as before)
   */
  suspend(query: string, op: ClientOperation): Promise<Vm>;
  /**
   * Resumes a paused VM.
   * @throws CodedError VM_NOT_RUNNING
   */
  resume(query: string, op: ClientOperation): Promise<Vm>;
  /**
   * Removes a VM; with `force`, even if it runs.
   * @throws CodedError VM_RUNNING unless forced
   */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Vm>;
  /** Resolves when the VM no longer runs. Its status then has the exit code. */
  wait(query: string, signal: AbortSignal): Promise<Vm>;
  /** Yields the output of a VM, oldest first. */
  logs(query: string, request: LogsRequest, signal: AbortSignal): AsyncIterable<LogPart>;
  /**
   * Connects with what a VM runs, until the attachment is disposed or `signal` aborts.
   * @throws CodedError VM_NOT_RUNNING, CONSOLE_UNSUPPORTED
   */
  attach(query: string, request: AttachRequest, signal: AbortSignal): Promise<VmAttachment>;
  /**
   * Runs a line in a VM, or logs in, once the VM answers. A session whose streams are piped ends when the signal aborts.
   * @throws CodedError VM_NOT_RUNNING, SSH_NO_KEY, SSH_UNREACHABLE, GUEST_SILENT
   */
  exec(query: string, request: ExecRequest, op: ClientOperation): Promise<ExecSession>;
}
