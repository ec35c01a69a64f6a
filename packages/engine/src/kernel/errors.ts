import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type KernelErrorCode = 'KERNEL_PACKAGE_UNAVAILABLE' | 'KERNEL_INVALID' | 'KERNEL_IN_USE';

export const packageUnavailable = (name: string, cause: unknown): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_PACKAGE_UNAVAILABLE', `the kernel package "${name}" cannot be fetched`, {
    hint: 'check the package sources with "apt-get update", or import a kernel image with "ignite kernel import IMAGE"',
    cause,
  });

export const kernelInvalid = (source: string, lack: string): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_INVALID', `${source} holds no usable kernel: ${lack}`, {
    hint: 'a kernel image has /boot/vmlinux or /boot/vmlinuz, and /lib/modules with one release',
  });

export const kernelInUse = (name: string, vm: string): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_IN_USE', `kernel "${name}" is used by VM "${vm}"`, {
    hint: `remove the VM first with "ignite rm ${vm}", or use -f to remove it too`,
  });
