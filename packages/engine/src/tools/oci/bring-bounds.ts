import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from '../host/paths.ts';
import { declaredSize, manifestsFor } from './declared-size.ts';
import { assertDiskTakes } from './disk-space.ts';
import { archiveInvalid, imageHasTooManyLayers, imageTooLarge } from './errors.ts';
import { longestJson } from './image-config.ts';
import { mostLayers } from './local-layers.ts';
import { isDamage, measureArchives, packingOf, storedSize, unpackedLimit } from './measure-archives.ts';
import { type PullRequest, readManifest } from './skopeo.ts';
import { type SkopeoSource, pathOf } from './source.ts';
import { TarTooLargeError } from './tar-meter.ts';

interface Allowance {
  readonly maxSize?: Bytes;
}

/**
 * Returns the size limit of the blobs of a registry's image: the size of the largest one that the registry
 * declares before any of them is requested.
 * @throws CodedError DISK_FULL if the disk lacks the space for the declared size, IMAGE_TOO_LARGE
 */
export async function declaredBound(
  request: Pick<PullRequest, 'source' | 'platform' | 'access'> & Allowance,
  { paths, runner }: { readonly paths: Paths; readonly runner: Runner },
  signal: AbortSignal,
): Promise<Bytes> {
  const { source, platform, maxSize } = request;
  const found = await readManifest(request, runner, signal);
  const manifests = [found];
  for (const digest of manifestsFor(found, platform)) {
    const location = source.location.replace(/(:[^:/@]+|@[^@]+)$/, `@${digest}`);
    manifests.push(await readManifest({ ...request, source: { ...source, location } }, runner, signal));
  }
  const declared = manifests.flatMap((manifest) => declaredSize(manifest) ?? []);
  const { total, largest } = declared.reduce(
    (most, each) => (each.total > most.total ? each : most),
    { total: bytes(0), largest: unpackedLimit(bytes(0), maxSize) }, // for old manifests, which declare no sizes
  );
  if (declared.some(({ layers }) => layers > mostLayers))
    throw imageHasTooManyLayers(source.name, mostLayers);
  await assertDiskTakes(total, paths, `import "${source.name}"`);
  return bytes(Math.max(longestJson, largest));
}

/**
 * Returns the size limit of files that are written while an image is read from a file or folder of this host.
 * There is no limit for images of a container engine.
 * @throws CodedError ARCHIVE_INVALID, IMAGE_TOO_LARGE, DISK_FULL
 */
export async function unpackingBound(
  source: SkopeoSource,
  { maxSize }: Allowance,
  paths: Paths,
  signal: AbortSignal,
): Promise<{ readonly fileSizeLimit?: Bytes }> {
  const path = pathOf(source);
  if (path === undefined) return {};
  const found = await stat(path).catch(() => undefined); // skopeo reports what is wrong with the path
  if (found === undefined) return {};
  if (found.isDirectory()) return { fileSizeLimit: await largestBelow(path) };
  const space = await measureArchive(path, { name: source.name, ...(maxSize && { maxSize }) }, signal);
  await assertDiskTakes(space, paths, `import "${source.name}"`);
  return { fileSizeLimit: bytes(space + longestJson) };
}

/**
 * Measures the unpacked size of an archive of images.
 * @throws CodedError ARCHIVE_INVALID, IMAGE_TOO_LARGE
 */
export async function measureArchive(
  path: string,
  { name, maxSize }: Allowance & { readonly name: string },
  signal: AbortSignal,
): Promise<Bytes> {
  const packed = await storedSize([path]);
  const limit = bytes(Math.max(unpackedLimit(packed), maxSize ?? 0));
  try {
    const archive = { path, packing: await packingOf(path) };
    return (await measureArchives([archive], limit, signal)).space;
  } catch (failure) {
    if (failure instanceof TarTooLargeError) throw imageTooLarge(name, { packed, limit });
    if (isDamage(failure)) throw archiveInvalid(`"${name}" cannot be unpacked`, failure);
    throw failure;
  }
}

/**
 * Returns the size of the largest file below a folder plus one percent, because compression makes
 * incompressible data slightly larger.
 */
async function largestBelow(dir: string): Promise<Bytes> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  let largest = longestJson;
  for (const { parentPath, name } of files)
    largest = Math.max(largest, (await stat(join(parentPath, name))).size * 1.01);
  return bytes(Math.ceil(largest));
}
