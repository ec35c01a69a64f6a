import type { Volume, VolumeSpec } from '../v1/volume.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface CreateVolumeRequest {
  /** The namespace; the default is `default`. */
  readonly namespace?: string;
  /** The name, which no other volume of the namespace may have. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The spec as a person wrote it. The client fills in defaults and validates everything. */
  readonly spec: unknown;
}

export interface VolumeDefinition {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: VolumeSpec;
}

/** Manages volumes that outlive VMs. `status.usedBy` names the VMs that use a volume. */
export interface VolumeClient extends Finder<Volume> {
  /**
   * Creates an empty, formatted volume.
   * @throws CodedError VOLUME_NAME_TAKEN
   */
  create(request: CreateVolumeRequest, op: ClientOperation): Promise<Volume>;
  /**
   * Grows a volume. Guests see the new size at their next start.
   * @throws CodedError VOLUME_INVALID for a smaller size
   */
  resize(query: string, size: string, op: ClientOperation): Promise<Volume>;
  /** Writes the definition of a volume. Guests see a new size at their next start. */
  redefine(query: string, wanted: VolumeDefinition, op: ClientOperation): Promise<Volume>;
  /**
   * Removes a volume with all its data.
   * @throws CodedError VOLUME_IN_USE if a VM names it, unless forced; always while such a VM runs
   */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Volume>;
}
