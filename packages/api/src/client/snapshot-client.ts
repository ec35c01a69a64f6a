import type { Snapshot } from '../v1/snapshot.ts';
import type { Vm } from '../v1/vm.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface CreateSnapshotRequest {
  /** The name, which no other snapshot of the VM's namespace may have; the default is a generated one. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Leaves the memory of a running VM out. The VM then stands still for as long as its disk is copied. */
  readonly diskOnly?: boolean;
}

/** New VMs that are made of another one. */
export interface CopyVmRequest {
  /** The names of the new VMs. */
  readonly names: readonly string[];
  /** Whether they go on with the memory of the VM, or boot from a copy of its disk. */
  readonly holds: 'Disk' | 'Machine';
  /** The time in which SSH of the new VMs must answer. */
  readonly sshTimeoutMs?: number;
}

/** The VMs that are to start from a template. */
export interface WarmRequest {
  readonly namespace?: string;
  /** The spec of such a VM as a person wrote it. */
  readonly spec: unknown;
}

/** Manages snapshots, which outlive the VMs of which they were taken. */
export interface SnapshotClient extends Finder<Snapshot> {
  /**
   * Takes a snapshot of a VM, which goes on afterwards. That of a VM that runs or is suspended holds its memory too.
   * @throws CodedError SNAPSHOT_UNSUPPORTED, SNAPSHOT_FAILED, SNAPSHOT_NAME_TAKEN
   */
  create(vm: string, request: CreateSnapshotRequest, op: ClientOperation): Promise<Snapshot>;
  /**
   * Makes a VM again what it was when a snapshot of it was taken. What it has written since is lost.
   * @throws CodedError SNAPSHOT_UNFIT for a snapshot of another VM
   */
  rollback(vm: string, snapshot: string, op: ClientOperation): Promise<Vm>;
  /** Makes new VMs of a VM, which goes on, and starts them. */
  copy(vm: string, request: CopyVmRequest, op: ClientOperation): Promise<readonly Vm[]>;
  /**
   * Makes a template for VMs like one that is described, unless there is one.
   * @throws CodedError WARM_UNSUPPORTED
   */
  warm(request: WarmRequest, op: ClientOperation): Promise<Snapshot>;
  /** Removes a snapshot. The VMs that were made of it have what they need. */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Snapshot>;
}
