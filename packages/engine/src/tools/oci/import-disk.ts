import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import { type Image, type ImageStatus, noImageConfig } from '@ignite/api/v1/image';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { bytes } from '@ignite/toolkit/units/bytes';
import { imageDir } from '../host/paths.ts';
import type { DiskFile } from '../rootfs/disk-file.ts';
import { digestOfFile, makeWholeDisk } from '../rootfs/whole-disk.ts';
import { recordImported } from './image-objects.ts';
import type { ImageDeps } from './import-image.ts';
import { lockLayout } from './layout-lock.ts';

/** Imports a disk file, such as a cloud image, as an image. Its VMs boot the init that is on the disk. */
export async function importDisk(
  file: DiskFile,
  arch: Arch,
  deps: ImageDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Image> {
  const { paths, runner } = deps;
  await mkdir(paths.dataDir, { recursive: true, mode: 0o711 });
  using _lock = await lockLayout(paths, op.signal);
  op.report({ kind: 'step', message: `Reading ${file.path}` });
  const absolute = { ...file, path: resolve(file.path) };
  const digest = await digestOfFile(absolute.path, op.signal);
  const dir = imageDir(paths, digest);
  const path = join(dir, 'base.ext4');
  if (!existsSync(path)) {
    op.report({ kind: 'step', message: `Creating the base disk of ${file.name}` });
    await makeWholeDisk(absolute, dir, runner, op.signal);
  }
  const status: ImageStatus = {
    digest,
    platform: `linux/${arch}`,
    bootMode: 'disk',
    config: noImageConfig,
    size: bytes((await stat(absolute.path)).size),
    baseDisk: { path, size: bytes((await stat(path)).size) },
  };
  return await recordImported(file.name, arch, status, objects);
}
