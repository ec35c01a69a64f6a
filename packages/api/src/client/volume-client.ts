import type { Volume } from '../v1/volume.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface CreateVolumeRequest {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** As a person wrote it: defaults are filled in and everything is validated here. */
  readonly spec: unknown;
}

/** Volumes that outlive VMs; `status.usedBy` names the VMs that use each. */
export interface VolumeClient extends Finder<Volume> {
  /** Makes an empty, formatted volume. @throws CodedError VOLUME_NAME_TAKEN */
  create(request: CreateVolumeRequest, op: ClientOperation): Promise<Volume>;
  /** Guests see the new size when they are next started. @throws CodedError VOLUME_INVALID for a smaller one */
  resize(query: string, size: string, op: ClientOperation): Promise<Volume>;
  /** With all that is in it. @throws CodedError VOLUME_IN_USE when a VM names it, unless forced; always while one runs */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Volume>;
}
