import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgressEvent } from '@ignite/api/client/progress';
import type { ImageStatus } from '@ignite/api/v1/image';
import type { Operation } from '@ignite/toolkit/async/operation';
import { bytes } from '@ignite/toolkit/units/bytes';
import { type Paths, imageDir, layoutDir } from '../host/paths.ts';
import { type BaseDiskRequest, makeBaseDisk } from '../rootfs/base-disk.ts';
import { type BringDeps, bringImage } from './bring-image.ts';
import { platformMismatch, pullFailed } from './errors.ts';
import { describeImage } from './image-config.ts';
import type { ImportRequest } from './import-request.ts';
import { keepImage, retainImages } from './layout.ts';
import { formatPlatform } from '@ignite/api/v1/platform';
import { type UnpackRequest, unpackImage } from './umoci.ts';

export type ImageDeps = BringDeps;

/**
 * Returns the tag that keeps an image's blobs in the shared layout for as long as the image object exists.
 */
export const layoutTag = (name: string): string =>
  createHash('sha256').update(name).digest('hex').slice(0, 32);

/**
 * Imports an image: fetches it and makes its base disk unless they exist, and keeps its blobs under `name`.
 * Images share layers, and images of the same digest share a base disk. Nothing is kept if the import fails.
 * The caller holds the layout's lock.
 */
export async function importImage(
  request: ImportRequest,
  name: string,
  deps: ImageDeps,
  op: Operation<ProgressEvent>,
): Promise<ImageStatus> {
  const { source, platform, maxSize } = request;
  await using image = await bringImage(request, deps, op);
  const { layout, digest } = image;
  const { os, architecture, layers, ...described } = await describeImage(layout, digest, source.name);
  const description = { ...described, platform: `${os}/${architecture || platform.arch}` };
  const [wanted, found] = [formatPlatform(platform), description.platform];
  // Only an index has several platforms to choose from.
  if (found !== wanted) throw platformMismatch(source.name, { wanted, found });
  const dir = imageDir(deps.paths, digest);
  const unpack = { image, layers, name: source.name, ...(maxSize && { maxSize }), scratch: 'image' };
  const disk =
    (await readBaseDisk(dir)) ??
    (await newBaseDisk(unpack, { config: description.config, digest, dir }, deps, op));
  await keepImage(image, layoutDir(deps.paths), layoutTag(name));
  return { digest, ...description, ...disk };
}

async function newBaseDisk(
  image: UnpackRequest,
  disk: Omit<BaseDiskRequest, 'root'>,
  { paths, runner }: ImageDeps,
  op: Operation<ProgressEvent>,
): Promise<Pick<ImageStatus, 'bootMode' | 'baseDisk'>> {
  op.report({ kind: 'step', message: `Creating the base disk of ${image.name}` });
  try {
    await using unpacked = await unpackImage(image, paths, runner, op);
    const asked = { ...disk, root: unpacked.root };
    const { bootMode, ...baseDisk } = await makeBaseDisk(asked, runner, op.signal);
    return { bootMode, baseDisk };
  } catch (failure) {
    throw pullFailed(image.name, failure);
  }
}

/** Removes the blobs that only the image `name` used. The caller holds the layout's lock. */
export async function forgetImage(name: string, paths: Paths): Promise<void> {
  await retainImages(layoutDir(paths), (tag) => tag !== layoutTag(name));
}

async function readBaseDisk(dir: string): Promise<Pick<ImageStatus, 'bootMode' | 'baseDisk'> | undefined> {
  try {
    const path = join(dir, 'base.ext4');
    const bootMode = (await readFile(join(dir, 'boot-mode'), 'utf8')) === 'init' ? 'init' : 'entrypoint';
    return { bootMode, baseDisk: { path, size: bytes((await stat(path)).size) } };
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}
