import type { Arch } from '@ignite/api/v1/arch';
import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type VmmErrorCode = 'VMM_MISSING' | 'VMM_REFUSED';

export const vmmMissing = (program: string, arch: Arch): CodedError<VmmErrorCode> =>
  new CodedError('VMM_MISSING', `no VM for ${arch} can run here: ${program} is not installed`, {
    hint: `install it with "apt-get install ${arch === 'arm64' ? 'qemu-system-arm' : 'qemu-system-x86'}"; "ignite doctor" tells what else is missing`,
  });

export const vmmRefused = (what: string, said: string): CodedError<VmmErrorCode> =>
  new CodedError('VMM_REFUSED', `the VMM refused ${what}: ${said}`, {
    hint: 'nothing of the start is left; look at the VM with "ignite inspect", or start it under another VMM',
  });
