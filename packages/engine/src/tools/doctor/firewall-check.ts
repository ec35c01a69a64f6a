import type { DoctorCheck } from '@ignite/api/client/host-client';
import type { FirewallFault } from '../network/network.ts';

/** Pure. Reports whether the packet filters of running VMs are intact. */
export function firewallCheck(faults: readonly FirewallFault[]): DoctorCheck {
  const name = 'packet filters';
  if (faults.length === 0) return { name, state: 'ok', found: 'in place' };
  return {
    name,
    state: 'degraded',
    found: faults.map(faultText).join(', '),
    cost: 'unpublished ports can be reached, or VMs can use the addresses of others',
    cure: 'ignite doctor --fix',
  };
}

const faultText = ({ of, state }: FirewallFault): string =>
  `those of ${'vm' in of ? `VM "${of.vm}"` : of.device} are ${state}`;
