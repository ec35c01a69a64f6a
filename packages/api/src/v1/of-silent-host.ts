import type { Vm } from './vm.ts';
import { withConditions } from './vm-conditions.ts';

/** Pure. Returns a VM of a host that does not renew its lease: nobody knows how it is, and its conditions say so. */
export function ofSilentHost(vm: Vm, hostName: string, now: string): Vm {
  const message = `host "${hostName}" does not renew its lease`;
  const unknown: Vm = { ...vm, status: { ...vm.status, phase: 'Unknown', message } };
  return { ...unknown, status: withConditions(unknown, now) };
}
