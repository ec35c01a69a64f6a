import { constants } from 'node:fs';
import type { Vm } from '@ignite/api/v1/vm';
import { isAccessible } from '../../tools/host/is-accessible.ts';
import { vmFiles, vmRunFiles, vmmSockets } from '../../tools/host/paths.ts';
import { readVmProcesses } from '../../tools/host/vm-processes.ts';
import { vmDisk } from '../disks/vm-disk.ts';
import { isMemoryOff } from '../plan/allotted-memory.ts';
import type { ObservedVm } from '../plan/plan-vm.ts';
import type { VmPorts } from '../vm-ports.ts';
import { isSaved } from './liveness.ts';
import { vmmOf } from '../vmm-of.ts';

const askTimeoutMs = 30_000;

/**
 * Observes a VM by its files, namespaces and processes. The store is read only for what these do not show.
 */
export async function observeVm(
  vm: Vm,
  host: Pick<VmPorts, 'paths' | 'network' | 'sandbox' | 'vmms'>,
  signal: AbortSignal,
): Promise<ObservedVm> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const [dir, disk, keys, seed, network, sandbox, shares, isIdentityDue] = await Promise.all([
    exists(files.dir),
    exists(vmDisk(vm, host).path),
    exists(files.knownHosts),
    exists(files.seed),
    host.network.observe(uid, signal),
    host.sandbox.observe(uid),
    exists(vmRunFiles(host.paths, uid).shares),
    exists(files.identityDue),
  ]);
  return {
    files: dir,
    disk,
    keys,
    seed,
    network: network.state,
    sandbox: sandbox.state,
    halfBooted: sandbox.state === 'running' && (await isHalfBooted(vm, sandbox.pid, host, signal)),
    paused: vm.status.phase === 'Paused',
    isSaved: isSaved(vm, host.paths),
    isIdentityDue,
    isMemoryOff: isMemoryOff(vm),
    shares,
  };
}

/**
 * Tells whether a start was interrupted after its VMM was launched and before its guest started. The VMM is
 * not asked if the start of the VM was recorded.
 */
async function isHalfBooted(
  vm: Vm,
  pid: number,
  host: Pick<VmPorts, 'paths' | 'vmms'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (readVmProcesses(vm, host.paths).vmm?.pid === pid) return false;
  if (isSaved(vm, host.paths)) return true; // it loads the state, or is about to go on with it
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(askTimeoutMs)]);
  return !(await vmmOf(vm, host)
    .hasBooted(sockets, patience)
    .catch(() => false));
}

const exists = (path: string): Promise<boolean> => isAccessible(path, constants.F_OK);
