import { copyFile, chmod, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { VmStatus } from '@ignite/api/v1/vm';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hostArch } from '@ignite/engine/tools/host/arch';
import type { ThisHost } from '@ignite/engine/tools/host/this-host';
import { type VmFiles, vmFiles, vmRunFiles } from '@ignite/engine/tools/host/paths';
import type { KernelDeps } from '@ignite/engine/tools/kernel/assemble-kernel';
import { kernelFor } from '@ignite/engine/tools/kernel/kernel-objects';
import type { ImageDeps } from '@ignite/engine/tools/oci/import-image';
import { vmsIn } from '@ignite/engine/tools/store/kind-clients';
import { lockVm } from '@ignite/engine/tools/store/vm-lock';
import { vmFinalizer } from '@ignite/engine/tools/store/vm-objects';
import { withContent } from '@ignite/engine/vm/content-lock';
import { boundSpec } from '@ignite/engine/vm/definition/bind-vm';
import { type LegacyVm, legacyMetadata } from './legacy-tree.ts';
import { mergeOverlay } from './merge-overlay.ts';

/**
 * Imports a VM with its keys and its disk, under `name`. The object is written last: until then, a second run
 * repeats everything.
 */
export async function importLegacyVm(
  vm: LegacyVm,
  { name, image }: { readonly name: string; readonly image: Image },
  host: KernelDeps & ImageDeps & { readonly objects: ObjectClient; readonly self: ThisHost },
  op: ClientOperation,
): Promise<void> {
  const { uid } = vm;
  using _lock = await lockVm(uid, host.paths, op.signal);
  const kernel = await kernelFor(vm.spec.kernel.oci, { arch: hostArch }, host, op);
  const files = vmFiles(host.paths, uid);
  await mkdir(files.dir, { recursive: true, mode: 0o711 });
  await copyKeys(vm, files);
  const socket = join(vmRunFiles(host.paths, uid).dir, 'import.sock');
  await mergeOverlay(
    {
      overlay: join(vm.dir, 'overlay.dm'),
      basePath: image.status.baseDisk.path,
      target: files.disk,
      socket,
    },
    host.runner,
    op.signal,
  );
  const spec = boundSpec({ ...vm.spec, power: 'Stopped' }, host.self);
  const status: VmStatus = {
    phase: 'Stopped',
    arch: hostArch,
    adopted: true,
    image: { digest: image.status.digest, bootMode: 'init' },
    kernel: { id: kernel.status.id, version: kernel.status.version },
  };
  const metadata = { ...legacyMetadata(vm, name), finalizers: [vmFinalizer] };
  await withContent({ image, kernel }, host, op.signal, () =>
    vmsIn(host.objects).create({ metadata: { namespace: 'default', ...metadata }, spec, status }),
  );
}

/**
 * Copies the key pair that the original may have made for `ssh: true`. The private key is written last, so
 * its presence means that both are there.
 */
async function copyKeys(vm: LegacyVm, files: VmFiles): Promise<void> {
  const key = join(vm.dir, `id_${vm.uid}`);
  for (const [from, to, mode] of [
    [`${key}.pub`, files.publicKey, 0o644],
    [key, files.privateKey, 0o600],
  ] as const) {
    try {
      await copyFile(from, `${to}.draft`);
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw failure;
    }
    await chmod(`${to}.draft`, mode);
    await rename(`${to}.draft`, to);
  }
}
