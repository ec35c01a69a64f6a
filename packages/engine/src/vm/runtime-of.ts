import type { VmSpec } from '@ignite/api/v1/vm';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { HostDaemon } from '../host/errors.ts';

/** Pure. Returns the runtime of a VM. */
export const runtimeOf = (spec: VmSpec): SandboxRuntime => spec.sandbox?.runtime ?? 'conmon';

/** Pure. Returns the daemon that runs the VM, if any, whose store may contain the image. */
export function daemonOf(spec: VmSpec): { readonly daemon?: HostDaemon } {
  const runtime = runtimeOf(spec);
  return runtime === 'conmon' ? {} : { daemon: runtime };
}
