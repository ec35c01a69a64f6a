import { access } from 'node:fs/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { type Paths, vmFiles, vmRunFiles } from '../host/paths.ts';
import type { Network } from '../network/network.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { isMemoryOff } from './guest-memory.ts';
import type { ObservedVm } from './plan-vm.ts';

/** Looks at files, namespaces and processes; the store is asked for nothing but what they do not show. */
export async function observeVm(
  vm: Vm,
  host: { readonly paths: Paths; readonly network: Network; readonly sandbox: Sandbox },
  signal: AbortSignal,
): Promise<ObservedVm> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const [dir, disk, keys, network, sandbox, shares] = await Promise.all([
    exists(files.dir),
    exists(files.disk),
    exists(files.knownHosts),
    host.network.observe(uid, signal),
    host.sandbox.observe(uid),
    exists(vmRunFiles(host.paths, uid).shares),
  ]);
  return {
    files: dir,
    disk,
    keys,
    network: network.state,
    sandbox: sandbox.state,
    paused: vm.status.phase === 'Paused',
    isMemoryOff: isMemoryOff(vm),
    shares,
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
