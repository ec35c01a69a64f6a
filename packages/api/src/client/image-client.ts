import type { Readable, Writable } from 'node:stream';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Arch } from '../v1/arch.ts';
import type { Image } from '../v1/image.ts';
import type { SandboxRuntime } from '../v1/vm-sandbox.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface ImportImageRequest {
  /** The runtime whose store is searched before a registry is asked, as in `CreateVmRequest`. */
  readonly runtime?: SandboxRuntime;
  /** The architecture. The default is this host's. */
  readonly arch?: Arch;
  readonly registryConfigDir?: string;
  /** The limit of its unpacked size. The default leaves ample room for images of its compressed size. */
  readonly maxSize?: Bytes;
}

export interface ImageClient extends Finder<Image> {
  import(source: string, request: ImportImageRequest, op: ClientOperation): Promise<Image>;
  /** Writes images to one archive, in the format of an OCI layout or of `docker save`. */
  save(
    queries: readonly string[],
    request: { readonly format: 'oci' | 'docker'; readonly output: Writable },
    op: ClientOperation,
  ): Promise<void>;
  /**
   * Imports every image of an archive.
   * @throws CodedError ARCHIVE_INVALID
   */
  load(
    archive: Readable,
    request: Pick<ImportImageRequest, 'maxSize'>,
    op: ClientOperation,
  ): Promise<readonly Image[]>;
  /**
   * Gives an image another name. The image that had the name before loses it.
   * @throws CodedError REFERENCE_INVALID
   */
  tag(query: string, target: string, op: ClientOperation): Promise<Image>;
  /** Pushes an image to a registry, under its own name unless a destination is given. */
  push(
    query: string,
    request: { readonly destination?: string; readonly registryConfigDir?: string },
    op: ClientOperation,
  ): Promise<{ readonly name: string; readonly digest: string }>;
  /**
   * Removes an image; with `force`, together with the VMs that use it.
   * @throws CodedError IMAGE_IN_USE if VMs use it, unless forced
   */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Image>;
}
