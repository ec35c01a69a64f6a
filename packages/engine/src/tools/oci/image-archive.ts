import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Image } from '@ignite/api/v1/image';
import { shownName } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { foreignArch, hostArch } from '../host/arch.ts';
import { layoutDir, locksDir } from '../host/paths.ts';
import { type ArchivedImage, parseDockerManifest, parseOciIndex } from './archive-index.ts';
import { measureArchive } from './bring-bounds.ts';
import { archiveInvalid, transferFailed } from './errors.ts';
import { importAndRecord } from './image-objects.ts';
import { type ImageDeps, layoutTag } from './import-image.ts';
import type { ImportRequest } from './import-request.ts';
import { lockLayout } from './layout-lock.ts';
import { familiarName, parseReference } from './reference.ts';
import { copyImageOut } from './skopeo.ts';
import { readTarMember, writeTar } from './tar.ts';

/** Writes images to one archive: an OCI layout, or the format of `docker load`. */
export async function saveImages(
  images: readonly Image[],
  request: { readonly format: 'oci' | 'docker'; readonly output: Writable },
  deps: ImageDeps,
  { signal, report }: ClientOperation,
): Promise<void> {
  const { paths, runner } = deps;
  using _transfer = await acquireLock(locksDir(paths), 'save', signal);
  await using work = await openWorkspace(join(paths.dataDir, 'scratch'), 'save-');
  const target = join(work.path, 'archive');
  {
    using _layout = await lockLayout(paths, signal);
    for (const image of images) {
      const { spec } = image;
      report({ kind: 'step', message: `Saving ${spec.oci}` });
      const prefix = request.format === 'oci' ? `oci:${target}` : `docker-archive:${target}`;
      const destination = `${prefix}:${spec.oci}`;
      const from = { layout: layoutDir(paths), tag: layoutTag(shownName(image)) };
      await copyImageOut({ ...from, destination }, runner, signal).catch((failure: unknown) => {
        throw transferFailed(`save "${spec.oci}"`, failure);
      });
    }
  }
  if (request.format === 'oci') await writeTar(target, request.output, signal);
  else await pipeline(createReadStream(target), request.output, { signal, end: false });
}

/**
 * Imports every image of an archive, under its name in the archive.
 * @throws CodedError ARCHIVE_INVALID
 */
export async function loadImages(
  input: Readable,
  bound: Pick<ImportRequest, 'maxSize'>,
  deps: ImageDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<readonly Image[]> {
  using _transfer = await acquireLock(locksDir(deps.paths), 'load', op.signal);
  await using work = await openWorkspace(join(deps.paths.dataDir, 'scratch'), 'load-');
  const file = join(work.path, 'archive.tar');
  op.report({ kind: 'step', message: 'Reading the archive' });
  await pipeline(input, createWriteStream(file, { mode: 0o600 }), { signal: op.signal });
  await measureArchive(file, { ...bound, name: 'the archive' }, op.signal);
  const loaded: Image[] = [];
  for (const image of await imagesIn(file, deps, op.signal)) {
    const source = {
      transport: image.transport,
      location: `${image.transport}:${file}${image.selector}`,
      name: nameOf(image),
    };
    loaded.push(await importAnyArch({ ...bound, source }, deps, objects, op));
  }
  return loaded;
}

/**
 * Imports an image of an archive, whichever architecture it has. From an index, this host's architecture is
 * preferred.
 */
async function importAnyArch(
  image: Omit<ImportRequest, 'platform'>,
  deps: ImageDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Image> {
  const request = (arch: Arch) => ({ ...image, platform: { os: 'linux' as const, arch } });
  try {
    return await importAndRecord(request(hostArch), deps, objects, op);
  } catch (failure) {
    if (!hasCode(failure, 'PLATFORM_UNAVAILABLE')) throw failure;
    return await importAndRecord(request(foreignArch(hostArch)), deps, objects, op);
  }
}

async function imagesIn(
  file: string,
  { runner }: ImageDeps,
  signal: AbortSignal,
): Promise<readonly (ArchivedImage & { readonly transport: 'oci-archive' | 'docker-archive' })[]> {
  // Recent versions of `docker save` write both formats, of which the layout says more.
  const index = await readTarMember(file, 'index.json', runner, signal);
  if (index !== undefined)
    return parseOciIndex(index).map((image) => ({ ...image, transport: 'oci-archive' as const }));
  const manifest = await readTarMember(file, 'manifest.json', runner, signal);
  if (manifest === undefined) throw archiveInvalid('it has neither an index.json nor a manifest.json');
  return parseDockerManifest(manifest).map((image) => ({ ...image, transport: 'docker-archive' as const }));
}

function nameOf({ reference, digest = '' }: ArchivedImage): string {
  if (reference !== undefined) return familiarName(parseReference(reference));
  return `image-${digest.replace('sha256:', '').slice(0, 12) || 'loaded'}:latest`;
}
