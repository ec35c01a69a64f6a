import { rm } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import { apiVersion } from '@ignite/api/v1/group';
import type { Image, ImageStatus } from '@ignite/api/v1/image';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { newUid } from '@ignite/toolkit/object/uid';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { imageDir } from '../host/paths.ts';
import { listImages } from '../vm/vm-store.ts';
import { type ImageDeps, type ImportRequest, forgetImage, importImage } from './import-image.ts';
import { hostPlatform, parsePlatform } from './platform.ts';
import { parseSource } from './source.ts';

export interface ImageRequest {
  readonly platform?: string;
  readonly registryConfigDir?: string;
}

export function parseImportRequest(source: string, request: ImageRequest): ImportRequest {
  return {
    source: parseSource(source),
    platform: request.platform === undefined ? hostPlatform : parsePlatform(request.platform),
    ...(request.registryConfigDir !== undefined && { registryConfigDir: request.registryConfigDir }),
  };
}

/** The image if it is here already, else imported. */
export async function ensureImage(
  request: ImportRequest,
  deps: ImageDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Image> {
  const { os, arch } = request.platform;
  const known = (await listImages(store)).find(
    (image) => image.metadata.name === request.source.name && image.status.platform === `${os}/${arch}`,
  );
  return known ?? (await importAndRecord(request, deps, store, op));
}

export async function importAndRecord(
  request: ImportRequest,
  deps: ImageDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Image> {
  const status = await importImage(request, deps, op);
  return await record(request.source.name, status, store);
}

async function record(name: string, status: ImageStatus, store: ObjectStore): Promise<Image> {
  for (;;) {
    const known = (await listImages(store)).find(({ metadata }) => metadata.name === name);
    try {
      if (known) return (await store.update({ ...known, status })) as Image;
      const metadata = { name, uid: newUid() };
      return (await store.create({
        apiVersion,
        kind: 'Image',
        metadata,
        spec: { oci: name },
        status,
      })) as Image;
    } catch (failure) {
      if (!hasCode(failure, 'CONFLICT') && !hasCode(failure, 'ALREADY_EXISTS')) throw failure; // someone else was quicker
    }
  }
}

/** Forgets an image, and its base disk with the last image that uses it. No VM may use it. */
export async function removeImageObject(
  image: Image,
  deps: ImageDeps,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  await store.delete({ kind: 'Image', name: image.metadata.name });
  const shared = (await listImages(store)).some(({ status }) => status.digest === image.status.digest);
  if (!shared) await rm(imageDir(deps.paths, image.status.digest), { recursive: true, force: true });
  await forgetImage(image.metadata.name, deps, signal);
}
