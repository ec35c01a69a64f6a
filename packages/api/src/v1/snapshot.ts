import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import type { Arch } from './arch.ts';
import type { BootMode } from './image.ts';
import type { GuestIdentity, VmNetworkStatus, VmSpec } from './vm.ts';

export const snapshotSpecSchema = v.strictObject({
  vmName: described('VM of which the snapshot was taken; it may be gone.', v.pipe(v.string(), v.nonEmpty())),
});
export type SnapshotSpec = v.InferOutput<typeof snapshotSpecSchema>;

export interface SnapshotStatus {
  /** The uid of the VM of which the snapshot was taken. */
  readonly vmUid: string;
  /** The spec with which the guest was booted. */
  readonly vmSpec: VmSpec;
  readonly arch: Arch;
  readonly image: { readonly digest: string; readonly bootMode: BootMode };
  readonly kernel: { readonly id: string; readonly version: string };
  /** What it holds: the disk alone, or the state of the machine too, memory and all, of the same instant. */
  readonly holds: 'Disk' | 'Machine';
  /** Why it does not hold the state of the machine, if the machine ran, or holds one for the VM itself alone. */
  readonly message?: string;
  /** The network of the guest, if nobody can give it another one: only the VM itself goes on from the state of its machine. */
  readonly network?: VmNetworkStatus;
  /** The VM whose identity the guest has kept, if that is not the VM itself. */
  readonly identity?: GuestIdentity;
  /** The allocated size of its files in bytes. */
  readonly size: number;
}

/** What a VM was at one instant, kept on this host. */
export interface Snapshot extends KubeObject {
  readonly kind: 'Snapshot';
  readonly spec: SnapshotSpec;
  readonly status: SnapshotStatus;
}
