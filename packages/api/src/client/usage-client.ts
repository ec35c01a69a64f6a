/** The host resources that a VM has used so far. A figure that the host does not provide is `undefined`. */
export interface UsageFigures {
  /** The CPU time of all CPUs together, in seconds. */
  readonly cpuSeconds: number | undefined;
  /** The memory in bytes, without the page cache that the host can drop at any time. */
  readonly memory: number | undefined;
  /** The limit of memory in bytes, of the VMM and its guest together. */
  readonly memoryLimit: number | undefined;
  /**
   * The bytes that the VM's processes have read from the host's devices; reads that the page cache serves are
   * not counted. `diskWritten` is the same for writes.
   */
  readonly diskRead: number | undefined;
  readonly diskWritten: number | undefined;
  /** The bytes that the guest has received on all its interfaces; `networkSent` is what it has sent. */
  readonly networkReceived: number | undefined;
  readonly networkSent: number | undefined;
  /** The number of processes and threads on the host. */
  readonly pids: number | undefined;
}

export interface VmUsage extends UsageFigures {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** The time of the sample in milliseconds, on a monotonic clock. */
  readonly atMs: number;
}

export interface UsageRequest {
  /** Names, uids or prefixes of VMs. If it is empty, all running VMs are meant. */
  readonly vms: readonly string[];
  /** Limits them to the VMs of a namespace, if no VMs are named. */
  readonly namespace?: string;
  /** Includes VMs that do not run, if no VMs are named. */
  readonly all: boolean;
}

/** Measures the host resources that VMs use. */
export interface UsageClient {
  /**
   * Returns the usage of VMs, ordered by name. A VM that does not run has no figures.
   * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS
   */
  sample(request: UsageRequest, signal: AbortSignal): Promise<readonly VmUsage[]>;
  /**
   * Returns metrics in Prometheus' text format 0.0.4: of the VMs that are named or, without names, of this host and
   * all its VMs.
   * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS
   */
  metrics(vms: readonly string[], signal: AbortSignal): Promise<string>;
}
