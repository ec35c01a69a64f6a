import { findByQuery } from '@ignite/api/client/find';
import { fullName, fullNames } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import type { ObjectReader } from '@ignite/toolkit/client/object-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import type { ThisHost } from '../host/this-host.ts';
import { listAllVms } from './all-vms.ts';

/** Objects, and the host to which some of the VMs among them belong. */
export interface OwnObjects {
  readonly objects: ObjectReader;
  readonly self: ThisHost;
}

/** Pure. Tells whether a VM is this host's. A VM that is bound to no host is nobody's where there may be others. */
export const isOwn = ({ spec }: Pick<Vm, 'spec'>, { name, isAlone }: ThisHost): boolean =>
  isAlone || spec.hostName === name;

/** @throws CodedError VM_ELSEWHERE */
export function assertOwn(vm: Vm, self: ThisHost): void {
  if (!isOwn(vm, self)) throw isElsewhere(vm);
}

/** Lists the VMs of this host, which are the only ones that it acts upon. */
export const listOwnVms = async ({ objects, self }: OwnObjects): Promise<readonly Vm[]> =>
  (await listAllVms(objects)).filter((vm) => isOwn(vm, self));

/** @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS, VM_ELSEWHERE */
export const findOwnVm = async ({ objects, self }: OwnObjects, query: string): Promise<Vm> =>
  ownVmIn(await listAllVms(objects), query, self);

/** Returns the VM with exactly this full name or uid, whatever host it is bound to, for whoever removes it. */
export const findAnyVm = async (objects: ObjectReader, query: string): Promise<Vm | undefined> =>
  exactlyIn(await listAllVms(objects), query);

/**
 * Pure. Returns the VM of this host that `query` names.
 * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS, VM_ELSEWHERE
 */
export function ownVmIn(vms: readonly Vm[], query: string, self: ThisHost): Vm {
  try {
    return findByQuery(
      'VM',
      vms.filter((vm) => isOwn(vm, self)),
      query,
    );
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
    const other = exactlyIn(vms, query);
    throw other ? isElsewhere(other) : failure;
  }
}

const exactlyIn = (vms: readonly Vm[], query: string): Vm | undefined =>
  vms.find(({ metadata }) => metadata.uid === query) ?? vms.find((vm) => fullNames(vm).includes(query));

const isElsewhere = (vm: Vm): CodedError =>
  vm.spec.hostName === undefined
    ? new CodedError('VM_ELSEWHERE', `VM "${fullName(vm)}" is not bound to a host yet`, {
        hint: 'bind it to a host with spec.hostName',
      })
    : new CodedError('VM_ELSEWHERE', `VM "${fullName(vm)}" is on host "${vm.spec.hostName}"`, {
        hint: `run the command on "${vm.spec.hostName}"`,
      });
