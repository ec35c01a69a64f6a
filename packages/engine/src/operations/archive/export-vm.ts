import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm } from '@ignite/api/v1/vm';
import { shownName } from '@ignite/api/v1/shown-name';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { copyVmDisk } from '../changes/copy-disk.ts';
import { kernelDir, layoutDir, locksDir } from '../../tools/host/paths.ts';
import { kernelFiles } from '../../tools/kernel/kernel-folder.ts';
import { transferFailed } from '../../tools/oci/errors.ts';
import { type ImageDeps, layoutTag } from '../../tools/oci/import-image.ts';
import { lockLayout } from '../../tools/oci/layout-lock.ts';
import { copyImageOut } from '../../tools/oci/skopeo.ts';
import { writeTar } from '../../tools/oci/tar.ts';
import { flatten } from '../../tools/rootfs/qemu-img.ts';
import { imageOf } from '../../tools/store/vm-objects.ts';
import { archOf } from '../../vm/arch-of.ts';
import { type BootedKernel, bootedKernel } from '../../vm/booted-kernel.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { type VmArchive, vmArchive } from './vm-archive.ts';

/** Writes a VM to one archive. A running VM is paused while its disk is copied. */
export async function exportVm(
  vm: Vm,
  output: Writable,
  host: VmPorts & ImageDeps,
  op: ClientOperation,
): Promise<void> {
  const { paths, runner, objects } = host;
  const { signal, report } = op;
  const image = await imageOf(vm, objects);
  const booted = { spec: vm.spec, kernel: vm.status.kernel, arch: archOf(vm) };
  const kernel = await bootedKernel(booted, host);
  if (!kernel) throw new Error(`the kernel of VM ${vm.metadata.name} is not on this host`);
  using _lock = await acquireLock(locksDir(paths), 'export', signal);
  await using work = await openWorkspace(join(paths.dataDir, 'scratch'), 'export-');
  const at = (...names: readonly string[]): string => join(work.path, 'archive', ...names);
  await mkdir(at('kernel'), { recursive: true, mode: 0o700 });
  report({ kind: 'step', message: `Copying the disk of ${vm.metadata.name}` });
  const copied = join(work.path, 'disk.qcow2');
  await copyVmDisk(vm, copied, host, op);
  await flatten({ path: copied, basePath: image.status.baseDisk.path }, at('disk.qcow2'), runner, signal);
  report({ kind: 'step', message: `Adding ${image.spec.oci} and its kernel` });
  {
    using _layout = await lockLayout(paths, signal);
    const from = { layout: layoutDir(paths), tag: layoutTag(shownName(image)) };
    await copyImageOut({ ...from, destination: `oci:${at('image')}:image` }, runner, signal).catch(
      (failure: unknown) => {
        throw transferFailed(`export a VM of "${image.spec.oci}"`, failure);
      },
    );
  }
  for (const name of kernelFiles) await cp(join(kernelDir(paths, kernel.id), name), at('kernel', name));
  await writeFile(at('ignite.json'), JSON.stringify(manifestOf(vm, image, kernel)));
  report({ kind: 'step', message: 'Writing the archive' });
  await writeTar(at(), output, signal);
}

/** Pure. Returns the manifest of an archive. */
function manifestOf(vm: Vm, image: Image, kernel: BootedKernel): VmArchive {
  const { name, labels } = vm.metadata;
  const { [restartedAtAnnotation]: _restart, ...annotations } = vm.metadata.annotations;
  const { hostName: _host, source: _source, ...spec } = vm.spec; // the archive has the disk
  return vmArchive({
    name,
    labels: { ...labels },
    annotations,
    spec: { ...spec, power: 'Stopped' },
    image: { reference: image.spec.oci, digest: image.status.digest, platform: image.status.platform },
    kernel,
  });
}
