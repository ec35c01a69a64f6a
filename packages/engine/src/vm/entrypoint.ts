import type { Vm } from '@ignite/api/v1/vm';
import type { Vmm } from '../tools/vmm/vmm.ts';

/** Pure. Tells whether the VM runs its image's entrypoint or a command, rather than the image's init. */
export const runsEntrypoint = ({ spec, status }: Vm): boolean =>
  spec.command !== undefined || status.image?.bootMode === 'entrypoint';

/**
 * Pure. Tells whether the standard streams of the VM's entrypoint reach the host separately from its console.
 */
export const hasStreams = (vm: Vm, { capabilities }: Vmm): boolean =>
  runsEntrypoint(vm) && capabilities.streams;
