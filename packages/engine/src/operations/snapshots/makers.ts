import type { VmClient } from '@ignite/api/client/vm-client';
import type { VmPorts } from '../../vm/vm-ports.ts';

/** What makes VMs of snapshots, and snapshots of VMs. */
export interface Makers {
  readonly host: VmPorts;
  readonly vms: Pick<VmClient, 'create' | 'start' | 'remove'>;
  /** The VMs that makers which were killed have left. Whoever comes next clears them away, and has not asked for that. */
  readonly leftovers: Pick<VmClient, 'remove'>;
}
