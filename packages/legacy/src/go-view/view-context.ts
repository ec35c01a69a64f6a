import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Paths } from '@ignite/engine/tools/host/paths';

/** What the original's structs tell of an object that ours has elsewhere. */
export interface ViewContext {
  readonly nowMs: number;
  readonly paths: Paths;
  readonly images: readonly Image[];
  readonly kernels: readonly Kernel[];
}
