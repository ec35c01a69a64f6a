import { mkdir, rm } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Image, ImageStatus } from '@ignite/api/v1/image';
import { referenceName } from '@ignite/api/v1/reference-name';
import { shownName } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { newUid } from '@ignite/toolkit/object/uid';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { recordEvent } from '../events/record-event.ts';
import { hostArch } from '../host/arch.ts';
import type { ContainerEngine } from '../container-engine/errors.ts';
import { type Paths, imageDir } from '../host/paths.ts';
import { imagesIn } from '../store/kind-clients.ts';
import { listImages } from '../store/list-objects.ts';
import { type Imported, findImported, importName } from './arch-name.ts';
import { platformMismatch } from './errors.ts';
import { type ImageDeps, forgetImage, importImage } from './import-image.ts';
import type { ImportRequest } from './import-request.ts';
import { lockLayout } from './layout-lock.ts';
import { formatPlatform } from '@ignite/api/v1/platform';
import { parseSource } from './source.ts';

export interface ImageRequest {
  readonly arch?: Arch;
  readonly registryConfigDir?: string;
  readonly engine?: ContainerEngine;
  /** The limit of the unpacked size, as in `ImportRequest`. */
  readonly maxSize?: Bytes;
}

export function parseImportRequest(source: string, request: ImageRequest): ImportRequest {
  return {
    source: parseSource(source),
    platform: { os: 'linux', arch: request.arch ?? hostArch },
    ...(request.registryConfigDir !== undefined && { registryConfigDir: request.registryConfigDir }),
    ...(request.engine !== undefined && { engine: request.engine }),
    ...(request.maxSize !== undefined && { maxSize: request.maxSize }),
  };
}

/** Returns the image, after importing it if needed. */
export async function ensureImage(
  request: ImportRequest,
  deps: ImageDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Image> {
  const { name } = request.source;
  const images = (await listImages(objects)).map(asImported);
  const known = findImported(name, request.platform.arch, images);
  if (known) return known.image;
  try {
    return await importAndRecord(request, deps, objects, op);
  } catch (failure) {
    op.signal.throwIfAborted();
    const other = images.find(({ ref }) => ref === name)?.image.status.platform;
    if (other === undefined || hasCode(failure, 'PLATFORM_UNAVAILABLE')) throw failure;
    throw platformMismatch(name, { wanted: formatPlatform(request.platform), found: other }, failure);
  }
}

export const asImported = (image: Image): Imported & { readonly image: Image } => ({
  name: shownName(image),
  ref: image.spec.oci,
  arch: image.status.platform.replace('linux/', ''),
  image,
});

export async function importAndRecord(
  request: ImportRequest,
  deps: ImageDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Image> {
  const oci = request.source.name;
  await mkdir(deps.paths.dataDir, { recursive: true, mode: 0o711 });
  // Under the lock, a concurrent import finds the image that this one has imported, and nobody takes the
  // blobs for leftovers before the store knows the image.
  using _lock = await lockLayout(deps.paths, op.signal);
  const images = await listImages(objects);
  const name = importName(oci, request.platform.arch, images.map(asImported));
  const status = await importImage(request, name, deps, op);
  try {
    return await recordAs(name, oci, status, objects);
  } catch (failure) {
    if (!images.some((image) => shownName(image) === name))
      await dropContent({ name, status }, images, deps.paths);
    throw failure;
  }
}

/** Stores the image that was made from `oci`, which is not an OCI image, under its new name. */
export async function recordImported(
  oci: string,
  arch: Arch,
  status: ImageStatus,
  objects: ObjectClient,
): Promise<Image> {
  const name = importName(oci, arch, (await listImages(objects)).map(asImported));
  return await recordAs(name, oci, status, objects);
}

async function recordAs(
  name: string,
  oci: string,
  status: ImageStatus,
  objects: ObjectClient,
): Promise<Image> {
  const image = await recordImage(name, oci, status, objects);
  await recordEvent(
    objects,
    image,
    { reason: 'Imported', message: `${status.platform}, ${status.digest}` },
    image.metadata.resourceVersion,
  );
  return image;
}

/** Writes down what `name` stands for from now on. */
export async function recordImage(
  name: string,
  oci: string,
  status: ImageStatus,
  objects: ObjectClient,
): Promise<Image> {
  const images = imagesIn(objects);
  const key = { name: referenceName(name) };
  return await images.modifyOrCreate(() => images.modifyStatus(key, (known) => ({ ...known, status })), {
    metadata: { ...key, uid: newUid() },
    spec: { reference: name, oci },
    status,
  });
}

/**
 * Removes an image object, and the base disk with the last image that uses it. No VM may use it. The caller
 * holds the layout's lock.
 */
export async function removeImageObject(
  image: Image,
  { paths }: Pick<ImageDeps, 'paths'>,
  objects: ObjectClient,
): Promise<void> {
  await imagesIn(objects).delete(image.metadata);
  await dropContent({ name: shownName(image), status: image.status }, await listImages(objects), paths);
  await recordEvent(objects, image, { reason: 'Removed', message: image.status.digest }, 'removed');
}

/** Removes the content of an image that no other known image needs. */
async function dropContent(
  { name, status }: { readonly name: string; readonly status: ImageStatus },
  known: readonly Image[],
  paths: Paths,
): Promise<void> {
  const { digest } = status;
  if (!known.some((image) => image.status.digest === digest))
    await rm(imageDir(paths, digest), { recursive: true, force: true });
  await forgetImage(name, paths);
}
