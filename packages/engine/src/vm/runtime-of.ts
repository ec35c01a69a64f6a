import type { VmSpec } from '@ignite/api/v1/vm';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { ContainerEngine } from '../tools/container-engine/errors.ts';

/** Pure. Returns the runtime of a VM. */
export const runtimeOf = (spec: VmSpec): SandboxRuntime => spec.sandbox?.runtime ?? 'conmon';

/** Pure. Returns the daemon that runs the VM, if any, whose store may contain the image. */
export function containerEngineOf(spec: VmSpec): { readonly daemon?: ContainerEngine } {
  const runtime = runtimeOf(spec);
  return runtime === 'conmon' ? {} : { daemon: runtime };
}
