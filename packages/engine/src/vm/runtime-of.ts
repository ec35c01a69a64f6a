import type { VmSpec } from '@ignite/api/v1/vm';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { ImageRequest } from '../tools/oci/image-objects.ts';

/** Pure. Returns the runtime of a VM. */
export const runtimeOf = (spec: VmSpec): SandboxRuntime => spec.sandbox?.runtime ?? 'conmon';

/** Pure. Returns the container engine that runs the VM, if any, whose store may contain the image. */
export function containerEngineOf(spec: VmSpec): Pick<ImageRequest, 'engine'> {
  const runtime = runtimeOf(spec);
  return runtime === 'conmon' ? {} : { engine: runtime };
}
