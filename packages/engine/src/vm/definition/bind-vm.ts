import type { VmSpec } from '@ignite/api/v1/vm';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { invalidVm } from '../errors.ts';

type Bound = Pick<VmSpec, 'hostName'>;

/**
 * Pure. Binds a new VM to this host, which makes it.
 * @throws CodedError VM_INVALID if it is meant for another host
 */
export function boundSpec(spec: VmSpec, { name }: ThisHost): VmSpec {
  if (spec.hostName === undefined || spec.hostName === name) return { ...spec, hostName: name };
  throw invalidVm(
    `spec.hostName: this is host "${name}" and not "${spec.hostName}"`,
    'create the VM on that host, or omit the field',
  );
}

/**
 * Pure. Returns the new spec of a VM, which stays on its host.
 * @throws CodedError VM_INVALID if it names another host
 */
export function keptBinding(spec: VmSpec, { hostName }: Bound, { name }: ThisHost): VmSpec {
  assertSameHost(spec, { hostName: hostName ?? name });
  return { ...spec, ...(hostName !== undefined && { hostName }) };
}

/** @throws CodedError VM_INVALID if a definition of a VM names another host than the one that has it */
export function assertSameHost(wanted: Bound, { hostName = '' }: Bound): void {
  if (wanted.hostName === undefined || wanted.hostName === hostName) return;
  throw invalidVm(
    `spec.hostName: the VM is on host "${hostName}" and cannot move to "${wanted.hostName}"`,
    'omit the field; to move the VM, export it here and import it there',
  );
}
