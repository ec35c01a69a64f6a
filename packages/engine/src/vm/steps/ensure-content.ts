import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { kernelFor } from '../../tools/kernel/kernel-objects.ts';
import { type ImageRequest, ensureImage, parseImportRequest } from '../../tools/oci/image-objects.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { untilContentStays, withContent } from '../content-lock.ts';
import { assertRunsSomething, warnOfSmallDisk, warnOfUnusedEnv } from './image-fit.ts';
import { containerEngineOf } from '../runtime-of.ts';
import { archOf } from '../arch-of.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Imports the image of a VM if it is missing, and records it as the one that the VM uses from now on.
 * @throws CodedError VM_INVALID if neither the image nor the VM names a program, and as `ensureImage`
 */
export const ensureVmImage = (vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> =>
  untilContentStays(async () => {
    const request = parseImportRequest(vm.spec.image.oci, requestOf(vm, host));
    const image = await ensureImage(request, host, host.objects, op);
    assertRunsSomething(vm.spec, image);
    warnOfSmallDisk(vm.spec, image, op);
    warnOfUnusedEnv(vm.spec, image, op);
    const { digest, bootMode } = image.status;
    return await withContent({ image }, host, op.signal, () =>
      changeVmStatus(host.objects, vm, (now) => ({
        ...now.status,
        arch: archOf(now),
        image: { digest, bootMode },
      })),
    );
  });

/** Imports or builds the kernel of a VM if it is missing, and records it as the one that the VM boots. */
export const ensureVmKernel = (vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> =>
  untilContentStays(async () => {
    const kernel = await kernelFor(vm.spec.kernel.oci, requestOf(vm, host), host, op);
    const { id, version } = kernel.status;
    return await withContent({ kernel }, host, op.signal, () =>
      changeVmStatus(host.objects, vm, ({ status }) => ({ ...status, kernel: { id, version } })),
    );
  });

/** Returns what a VM of a spec would use, which is imported or built if it is missing. Nothing is recorded. */
export async function contentOf(
  vm: Pick<Vm, 'spec' | 'status'>,
  host: VmPorts,
  op: ClientOperation,
): Promise<Pick<VmStatus, 'arch' | 'image' | 'kernel'>> {
  const request = requestOf(vm, host);
  const image = await ensureImage(parseImportRequest(vm.spec.image.oci, request), host, host.objects, op);
  const kernel = await kernelFor(vm.spec.kernel.oci, request, host, op);
  const { digest, bootMode } = image.status;
  const { id, version } = kernel.status;
  return { arch: archOf(vm), image: { digest, bootMode }, kernel: { id, version } };
}

const requestOf = (
  vm: Pick<Vm, 'spec' | 'status'>,
  { registryConfigDir }: VmPorts,
): ImageRequest & { readonly arch: Arch } => ({
  arch: archOf(vm),
  ...(registryConfigDir !== undefined && { registryConfigDir }),
  ...containerEngineOf(vm.spec),
});
