import type { Vm } from '@ignite/api/v1/vm';
import { hostKeyOptions } from '../tools/guest/ssh-options.ts';
import { type Paths, vmFiles } from '../tools/host/paths.ts';

/** Pure. Returns the options by which ssh(1) knows a VM. A guest whose SSH is not Ignite's has a host key of its own. */
export function trustedHostKey({ metadata, spec }: Vm, paths: Paths): readonly string[] {
  if (spec.ssh === undefined) return ['UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no'];
  const { uid } = metadata;
  return hostKeyOptions({ uid, knownHosts: vmFiles(paths, uid).knownHosts });
}
