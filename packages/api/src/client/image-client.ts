import type { Arch } from '../v1/arch.ts';
import type { Image } from '../v1/image.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface ImportImageRequest {
  /** Absent: this host's. */
  readonly arch?: Arch;
  readonly registryConfigDir?: string;
}

export interface ImageClient extends Finder<Image> {
  import(source: string, request: ImportImageRequest, op: ClientOperation): Promise<Image>;
  /** @throws CodedError IMAGE_IN_USE unless forced, which removes the VMs too */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Image>;
}
