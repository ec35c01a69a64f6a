import type { Kernel } from '../v1/kernel.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface KernelClient extends Finder<Kernel> {
  import(
    source: string,
    request: { readonly registryConfigDir?: string },
    op: ClientOperation,
  ): Promise<Kernel>;
  /** Makes a kernel from Debian's cloud kernel package. */
  build(op: ClientOperation): Promise<Kernel>;
  /** @throws CodedError KERNEL_IN_USE unless forced, which removes the VMs too */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<Kernel>;
}
