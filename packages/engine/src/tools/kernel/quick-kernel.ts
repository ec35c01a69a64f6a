import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Runner } from '@ignite/toolkit/process/runner';
import { hostArch } from '../host/arch.ts';
import { type Accel, accelFor } from '../vmm/accel.ts';
import { kernelImageArch } from './kernel-image.ts';
import { hasPvhEntry } from './pvh-entry.ts';
import { unpackKernel } from './unpack-kernel.ts';

/**
 * Returns a kernel in the form in which the VMs of this host boot it quickest. An emulated CPU takes long to unpack a kernel, so the host does that
 * once, if what comes of it can be started. Otherwise the kernel unpacks itself, and puts itself where nobody can guess (KASLR). `dir` is used as
 * `runShutIn` does.
 */
export async function quickKernel(
  image: Buffer,
  { arch, dir }: { readonly arch: Arch; readonly dir: string },
  { accel, runner }: { readonly accel: () => Promise<Accel>; readonly runner: Runner },
  { signal, report }: ClientOperation,
): Promise<Buffer> {
  const { kind } = accelFor(arch, { arch: hostArch, accel: await accel() });
  if (kind !== 'tcg' || arch !== 'amd64') return image;
  try {
    const content = await unpackKernel(image, dir, runner, signal);
    return kernelImageArch(content) === arch && hasPvhEntry(content) ? content : image;
  } catch (failure) {
    if (failure instanceof RangeError) return image; // what is in it points outside itself
    if (!hasCode(failure, 'KERNEL_PACKED')) throw failure;
    const why = errorText(failure.cause);
    report({
      kind: 'warning',
      message: `the kernel stays packed, so that emulated VMs boot more slowly: ${why}`,
    });
    return image;
  }
}
