import { hostKind } from '@ignite/api/v1/object-kinds';
import { fullName } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { KindStore } from '@ignite/toolkit/store/kind-store';
import { recordEvent } from '../../tools/events/record-event.ts';
import { liveHosts } from '../../tools/hosts/host-lease.ts';
import { vmStore } from '../../tools/store/kind-stores.ts';
import { findAnyVm } from '../../tools/store/own-vms.ts';
import { changeVm, vmFinalizer } from '../../tools/store/vm-store.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Returns a VM of another host whose host was removed from the store, so that nobody reconciles it.
 * @param elsewhere says that the VM is on another host
 * @throws CodedError VM_ELSEWHERE as long as the host may come back
 */
export async function findAbandoned(
  query: string,
  elsewhere: unknown,
  { store, clock }: Pick<VmPorts, 'store' | 'clock'>,
): Promise<Vm> {
  const vm = await findAnyVm(store, query);
  if (!vm) throw elsewhere;
  const { hostName } = vm.spec;
  if (hostName === undefined) return vm;
  if ((await liveHosts(store, clock.now())).has(hostName)) throw elsewhere;
  if (!(await new KindStore(store, hostKind).find({ name: hostName }))) return vm;
  throw new CodedError('VM_ELSEWHERE', `VM "${fullName(vm)}" is on host "${hostName}"`, {
    hint: `run the command on "${hostName}", which is silent but may come back; if it is lost for good, "ignite delete host/${hostName}" lets others remove its VMs`,
  });
}

/**
 * Removes the object of a VM whose host is lost. What the host has of the VM stays there.
 * @throws CodedError VM_HOST_LOST unless it is forced; CONFLICT if its host has come back meanwhile
 */
export async function removeAbandoned(
  vm: Vm,
  { force }: { readonly force: boolean },
  { store }: Pick<VmPorts, 'store'>,
): Promise<void> {
  const { namespace, name } = vm.metadata;
  if (!force)
    throw new CodedError('VM_HOST_LOST', `the host of VM "${fullName(vm)}" is not in the store`, {
      hint: `"ignite rm -f ${fullName(vm)}" removes the object of the VM, and leaves its disk where it is`,
    });
  await recordEvent(store, vm, { reason: 'Removed', message: 'without its disk' }, 'removed');
  const loose = await changeVm(store, vm, ({ metadata: { finalizers } }) => ({
    finalizers: finalizers.filter((each) => each !== vmFinalizer),
  }));
  const { deletionTimestamp, resourceVersion } = loose.metadata;
  if (deletionTimestamp === undefined) await vmStore(store).delete({ namespace, name }, { resourceVersion });
}
