import type { Readable, Writable } from 'node:stream';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Arch } from '../v1/arch.ts';
import type { Image } from '../v1/image.ts';
import type { SandboxRuntime } from '../v1/vm-sandbox.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface ImportImageRequest {
  /** Of which the store is looked into before a registry is asked; as in `CreateVmRequest`. */
  readonly runtime?: SandboxRuntime;
  /** Absent: this host's. */
  readonly arch?: Arch;
  readonly registryConfigDir?: string;
  /** That it may take unpacked; absent: what images of its size ordinarily do, and a good deal more. */
  readonly maxSize?: Bytes;
}

export interface ImageClient extends Finder<Image> {
  import(source: string, request: ImportImageRequest, op: ClientOperation): Promise<Image>;
  /** Writes images as one archive, in the form of an OCI layout or of "docker save". */
  save(
    queries: readonly string[],
    request: { readonly format: 'oci' | 'docker'; readonly output: Writable },
    op: ClientOperation,
  ): Promise<void>;
  /** Imports every image of an archive. @throws CodedError ARCHIVE_INVALID */
  load(
    archive: Readable,
    request: Pick<ImportImageRequest, 'maxSize'>,
    op: ClientOperation,
  ): Promise<readonly Image[]>;
  /** Gives an image another name, in the place of what had that before. @throws CodedError REFERENCE_INVALID */
  tag(query: string, target: string, op: ClientOperation): Promise<Image>;
  /** Sends an image to a registry, under its own name unless a destination is given. */
  push(
    query: string,
    request: { readonly destination?: string; readonly registryConfigDir?: string },
    op: ClientOperation,
  ): Promise<{ readonly name: string; readonly digest: string }>;
  /** @throws CodedError IMAGE_IN_USE unless forced, which removes the VMs too */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Image>;
}
