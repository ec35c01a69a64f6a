import type { Arch } from '../v1/arch.ts';
import type { Kernel } from '../v1/kernel.ts';
import type { Finder } from './finder.ts';
import type { ImportImageRequest } from './image-client.ts';
import type { ClientOperation } from './progress.ts';

export interface KernelClient extends Finder<Kernel> {
  import(source: string, request: ImportImageRequest, op: ClientOperation): Promise<Kernel>;
  /** Builds a kernel from Debian's cloud kernel package. The default architecture is this host's. */
  build(request: { readonly arch?: Arch }, op: ClientOperation): Promise<Kernel>;
  /**
   * Removes a kernel; with `force`, together with the VMs that use it.
   * @throws CodedError KERNEL_IN_USE if VMs use it, unless forced
   */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Kernel>;
}
