import type { VmClient } from '@ignite/api/client/vm-client';
import type { VmPorts } from '../../vm/vm-ports.ts';

/** What makes VMs of snapshots, and snapshots of VMs. */
export interface Makers {
  readonly host: VmPorts;
  readonly vms: Pick<VmClient, 'create' | 'start' | 'remove'>;
}
