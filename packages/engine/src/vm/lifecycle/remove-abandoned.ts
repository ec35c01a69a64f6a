import { fullName } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { recordEvent } from '../../tools/events/record-event.ts';
import { liveHosts } from '../../tools/hosts/host-lease.ts';
import { hostsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { findAnyVm } from '../../tools/store/own-vms.ts';
import { vmFinalizer } from '../../tools/store/vm-objects.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Returns a VM of another host whose host was removed from the store, so that nobody reconciles it.
 * @param elsewhere says that the VM is on another host
 * @throws CodedError VM_ELSEWHERE as long as the host may come back
 */
export async function findAbandoned(
  query: string,
  elsewhere: unknown,
  { objects, clock }: Pick<VmPorts, 'objects' | 'clock'>,
): Promise<Vm> {
  const vm = await findAnyVm(objects, query);
  if (!vm) throw elsewhere;
  const { hostName } = vm.spec;
  if (hostName === undefined) return vm;
  if ((await liveHosts(objects, clock.now())).has(hostName)) throw elsewhere;
  if (!(await hostsIn(objects).find({ name: hostName }))) return vm;
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
  { objects }: Pick<VmPorts, 'objects'>,
): Promise<void> {
  const { namespace, name } = vm.metadata;
  const vms = vmsIn(objects);
  if (!force)
    throw new CodedError('VM_HOST_LOST', `the host of VM "${fullName(vm)}" is not in the store`, {
      hint: `"ignite rm -f ${fullName(vm)}" removes the object of the VM, and leaves its disk where it is`,
    });
  if (vm.metadata.deletionTimestamp === undefined) await vms.delete({ namespace, name }, { dryRun: true }); // others may refuse it
  await recordEvent(objects, vm, { reason: 'Removed', message: 'without its disk' }, 'removed');
  const { metadata } = await vms.modify({ namespace, name }, (now) => {
    const finalizers = now.metadata.finalizers.filter((each) => each !== vmFinalizer);
    return { ...now, metadata: { ...now.metadata, finalizers } };
  });
  const { deletionTimestamp, resourceVersion } = metadata;
  if (deletionTimestamp === undefined)
    await vms.delete({ namespace, name }, { preconditions: { resourceVersion } });
}
