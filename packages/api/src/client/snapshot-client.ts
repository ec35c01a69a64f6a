import type { Snapshot } from '../v1/snapshot.ts';
import type { Vm } from '../v1/vm.ts';
import type { Readable, Writable } from 'node:stream';
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
  /**
   * The uid of a VM that has booted for lack of the template, which is then made in the background: only while the host has memory and
   * disk to spare and makes no other one so. Why none is made is said in that VM.
   */
  readonly bootedVm?: string;
}

/** How a snapshot is packed that is sent away. */
export interface ExportSnapshotRequest {
  /** Sends all of the disk instead of what differs from that of its image, so that it fits whatever made the other host's. */
  readonly wholeDisk?: boolean;
}

export interface PushSnapshotRequest extends ExportSnapshotRequest {
  readonly registryConfigDir?: string;
}

export interface PushedSnapshot {
  /** Its name in the registry. */
  readonly name: string;
  readonly digest: string;
}

/** How a snapshot is brought to this host. */
export interface BringSnapshotRequest {
  readonly namespace?: string;
  /** Its name here. The default is the one that it had where it was taken. */
  readonly name?: string;
  /** Leaves the memory out, which a host with another VMM or CPU cannot use. */
  readonly diskOnly?: boolean;
  /** The things of this host that VMs made from it may use, as in `ImportVmRequest`. */
  readonly allow?: readonly string[];
}

export interface PullSnapshotRequest extends BringSnapshotRequest {
  readonly registryConfigDir?: string;
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
   * @throws CodedError WARM_UNSUPPORTED, TEMPLATE_DEFERRED
   */
  warm(request: WarmRequest, op: ClientOperation): Promise<Snapshot>;
  /** Pushes a snapshot to a registry as an OCI artifact. It does not contain its image. */
  push(
    query: string,
    destination: string,
    request: PushSnapshotRequest,
    op: ClientOperation,
  ): Promise<PushedSnapshot>;
  /**
   * Makes a snapshot of one that a registry has, and pulls its image unless it is here.
   * @throws CodedError SNAPSHOT_ARTIFACT_INVALID, SNAPSHOT_UNFIT, SNAPSHOT_NAME_TAKEN, IMPORT_NOT_ALLOWED
   */
  pull(reference: string, request: PullSnapshotRequest, op: ClientOperation): Promise<Snapshot>;
  /** Writes a snapshot and its image to one archive, an OCI layout. */
  export(query: string, request: ExportSnapshotRequest, output: Writable, op: ClientOperation): Promise<void>;
  /**
   * Makes a snapshot of an archive.
   * @throws CodedError SNAPSHOT_ARTIFACT_INVALID, SNAPSHOT_UNFIT, SNAPSHOT_NAME_TAKEN, IMPORT_NOT_ALLOWED
   */
  import(archive: Readable, request: BringSnapshotRequest, op: ClientOperation): Promise<Snapshot>;
  /** Removes a snapshot. The VMs that were made of it have what they need. */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Snapshot>;
}
