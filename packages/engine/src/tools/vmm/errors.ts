import type { Arch } from '@ignite/api/v1/arch';
import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type VmmErrorCode =
  | 'VMM_MISSING'
  | 'VMM_REFUSED'
  | 'VMM_SILENT'
  | 'VMM_FAILED'
  | 'KVM_NEEDED'
  | 'STATE_DAMAGED'
  | 'STATE_UNFIT';

export const vmmMissing = (program: string, arch: Arch, howToGet: string): CodedError<VmmErrorCode> =>
  new CodedError('VMM_MISSING', `VMs for ${arch} cannot run on this host: ${program} is not installed`, {
    hint: howToGet,
  });

export const kvmNeeded = (vmm: string, why: string): CodedError<VmmErrorCode> =>
  new CodedError('KVM_NEEDED', `${vmm} cannot run the VM: ${why}, and it cannot emulate`, {
    hint: 'omit --vmm (spec.machine.vmm) to run the VM under QEMU; "ignite doctor" shows why KVM does not work',
  });

const nothingLeft = 'nothing of the start is left; check the VM with "ignite inspect", or use another VMM';

export const vmmRefused = (what: string, said: string): CodedError<VmmErrorCode> =>
  new CodedError('VMM_REFUSED', `the VMM refused ${what}: ${said}`, { hint: nothingLeft });

export const vmmSilent = (seconds: number, cause: unknown): CodedError<VmmErrorCode> =>
  new CodedError('VMM_SILENT', `the VMM does not answer at its API socket after ${seconds} s`, {
    hint: nothingLeft,
    cause,
  });

export const vmmFailed = (said: string | undefined): CodedError<VmmErrorCode> =>
  new CodedError(
    'VMM_FAILED',
    `the VMM ended before the guest started${said === undefined ? '' : `: ${said}`}`,
    { hint: nothingLeft },
  );

const bootAnew = '"ignite start --cold" boots the VM anew, which loses what was in its memory';

export const stateDamaged = (why: string, cause?: unknown): CodedError<VmmErrorCode> =>
  new CodedError('STATE_DAMAGED', `the saved state is damaged: ${why}`, { hint: bootAnew, cause });

export const stateUnfit = (what: string, saved: string, found: string): CodedError<VmmErrorCode> =>
  new CodedError(
    'STATE_UNFIT',
    `the saved state does not fit: its ${what} was ${saved}, and now is ${found}`,
    {
      hint: bootAnew,
    },
  );
