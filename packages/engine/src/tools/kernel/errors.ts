import type { Arch } from '@ignite/api/v1/arch';
import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type KernelErrorCode =
  | 'KERNEL_PACKAGE_UNAVAILABLE'
  | 'KERNEL_INVALID'
  | 'KERNEL_PACKED'
  | 'KERNEL_IN_USE'
  | 'KERNEL_ARCH_MISMATCH'
  | 'GUEST_PROGRAM_UNUSABLE';

export const packageUnavailable = (name: string, cause: unknown): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_PACKAGE_UNAVAILABLE', `the kernel package "${name}" cannot be fetched`, {
    hint: 'check the package sources with "apt-get update", or import a kernel image with "ignite kernel import IMAGE"',
    cause,
  });

export const kernelInvalid = (source: string, lack: string): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_INVALID', `${source} holds no usable kernel: ${lack}`, {
    hint: 'a kernel image has /boot/vmlinux or /boot/vmlinuz, and /lib/modules with one release',
  });

export const kernelPacked = (why: string, cause: unknown): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_PACKED', `the kernel cannot be unpacked, which its VMM requires: ${why}`, {
    hint: 'the programs gzip, bzip2, xz, zstd and lz4 unpack kernels: "apt-get install lz4"; or import a kernel with an uncompressed /boot/vmlinux',
    cause,
  });

export const kernelInUse = (name: string, vm: string): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_IN_USE', `kernel "${name}" is used by VM "${vm}"`, {
    hint: `remove the VM first with "ignite rm ${vm}", or use -f to remove it too`,
  });

export const kernelInSnapshot = (name: string, snapshot: string): CodedError<KernelErrorCode> =>
  new CodedError('KERNEL_IN_USE', `kernel "${name}" is used by snapshot "${snapshot}"`, {
    hint: `remove the snapshot first with "ignite snapshot rm ${snapshot}"`,
  });

export const kernelArchMismatch = (
  source: string,
  archs: { readonly wanted: Arch; readonly found: Arch },
  cause?: unknown,
): CodedError<KernelErrorCode> =>
  new CodedError(
    'KERNEL_ARCH_MISMATCH',
    `kernel "${source}" is for ${archs.found}, not for ${archs.wanted}`,
    {
      hint: `use a kernel for ${archs.wanted}, or --arch ${archs.found}: a VM, its image and its kernel must have the same architecture`,
      cause,
    },
  );

/** A kernel that a VM names, and nobody else: why it could not be brought is told as before, and that no other is taken. */
export function kernelNotHad(name: string, failure: unknown): unknown {
  if (!(failure instanceof CodedError)) return failure;
  return new CodedError(
    failure.code,
    `the kernel "${name}" that the VM asks for cannot be had: ${failure.message}`,
    {
      hint: `${failure.hint}; or name no kernel, to have the default one`,
      cause: failure.cause,
    },
  );
}

export const guestProgramUnusable = (name: string, arch: Arch, why: string): CodedError<KernelErrorCode> =>
  new CodedError('GUEST_PROGRAM_UNUSABLE', `no kernel for ${arch} can be built: ${name} ${why}`, {
    hint: 'install the packages busybox-static and e2fsprogs; "ignite doctor --fix" installs them',
  });
