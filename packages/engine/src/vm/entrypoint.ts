import type { Vm } from '@ignite/api/v1/vm';

/**
 * Pure. Tells whether the VM runs its image's entrypoint or a command, rather than the image's init. Its
 * standard streams then reach the host separately from its console.
 */
export const runsEntrypoint = ({ spec, status }: Vm): boolean =>
  spec.command !== undefined || status.image?.bootMode === 'entrypoint';
