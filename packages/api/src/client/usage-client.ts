/** What a VM has taken of its host so far. A figure that the host does not offer is undefined. */
export interface UsageFigures {
  /** Of all its CPUs together. */
  readonly cpuSeconds: number | undefined;
  /** In bytes, without what the host keeps of files and can drop at any time. */
  readonly memory: number | undefined;
  /** In bytes; what the VMM and its guest may have together. */
  readonly memoryLimit: number | undefined;
  /** In bytes, from and to the devices of the host: what its memory answers is not among them. */
  readonly diskRead: number | undefined;
  readonly diskWritten: number | undefined;
  /** In bytes, as the guest sees it, of all its interfaces. */
  readonly networkReceived: number | undefined;
  readonly networkSent: number | undefined;
  /** Processes and threads on the host. */
  readonly pids: number | undefined;
}

export interface VmUsage extends UsageFigures {
  readonly name: string;
  readonly uid: string;
  /** Of a clock that only goes forward. */
  readonly atMs: number;
}

export interface UsageRequest {
  /** Names, uids or prefixes; none: every VM that runs. */
  readonly vms: readonly string[];
  /** With no VMs named: those that do not run too. */
  readonly all: boolean;
}

/** What VMs take of this host. */
export interface UsageClient {
  /** By name. Of a VM that does not run nothing is known. @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS */
  sample(request: UsageRequest, signal: AbortSignal): Promise<readonly VmUsage[]>;
}
