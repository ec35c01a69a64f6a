import { constants } from 'node:fs';
import type { Vm } from '@ignite/api/v1/vm';
import { isAccessible } from '../../host/is-accessible.ts';
import { vmFiles, vmRunFiles, vmmSockets } from '../../host/paths.ts';
import { vmDisk } from '../disks/vm-disk.ts';
import { isMemoryOff } from '../plan/allotted-memory.ts';
import type { ObservedVm } from '../plan/plan-vm.ts';
import type { VmHost } from '../vm-host.ts';
import { vmmOf } from '../vmm-of.ts';

const askTimeoutMs = 30_000;

/** Looks at files, namespaces and processes; the store is asked for nothing but what they do not show. */
export async function observeVm(
  vm: Vm,
  host: Pick<VmHost, 'paths' | 'network' | 'sandbox' | 'vmms'>,
  signal: AbortSignal,
): Promise<ObservedVm> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const [dir, disk, keys, network, sandbox, shares] = await Promise.all([
    exists(files.dir),
    exists(vmDisk(vm, host).path),
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
    halfBooted: sandbox.state === 'running' && (await isHalfBooted(vm, host, signal)),
    paused: vm.status.phase === 'Paused',
    isMemoryOff: isMemoryOff(vm),
    shares,
  };
}

/** Whether a start was cut short between its VMM and its guest. Of a VM whose start was recorded nobody need ask. */
async function isHalfBooted(
  vm: Vm,
  host: Pick<VmHost, 'paths' | 'vmms'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (vm.status.vmm !== undefined) return false;
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(askTimeoutMs)]);
  return !(await vmmOf(vm, host)
    .hasBooted(sockets, patience)
    .catch(() => false));
}

const exists = (path: string): Promise<boolean> => isAccessible(path, constants.F_OK);
