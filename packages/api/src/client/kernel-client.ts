import type { Arch } from '../v1/arch.ts';
import type { Kernel } from '../v1/kernel.ts';
import type { Finder } from './finder.ts';
import type { ImportImageRequest } from './image-client.ts';
import type { ClientOperation } from './progress.ts';

export interface KernelClient extends Finder<Kernel> {
  import(source: string, request: ImportImageRequest, op: ClientOperation): Promise<Kernel>;
  /** Makes a kernel from Debian's cloud kernel package, for this host's architecture unless told otherwise. */
  build(request: { readonly arch?: Arch }, op: ClientOperation): Promise<Kernel>;
  /** @throws CodedError KERNEL_IN_USE unless forced, which removes the VMs too */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Kernel>;
}
