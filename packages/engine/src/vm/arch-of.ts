import type { Arch } from '@ignite/api/v1/arch';
import type { Vm } from '@ignite/api/v1/vm';
import { hostArch } from '../tools/host/arch.ts';

/**
 * Returns the architecture of a VM. A VM that was created before there was a choice has the host's
 * architecture.
 */
export const archOf = ({ spec, status }: Pick<Vm, 'spec' | 'status'>): Arch =>
  status.arch ?? spec.arch ?? hostArch;
