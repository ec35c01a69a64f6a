import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '@ignite/api/v1/image';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { layoutDir } from '../host/paths.ts';
import { parseOciIndex } from '../oci/archive-index.ts';
import { type ImageDeps, layoutTag } from '../oci/import-image.ts';
import { lockLayout } from '../oci/layout-lock.ts';
import { collectGarbage, removeTag } from '../oci/umoci.ts';
import { usedBytes } from './used-bytes.ts';

/** Tags of images that the store does not know: of imports that were killed. */
export async function strayTags(deps: ImageDeps, images: readonly Image[]): Promise<readonly string[]> {
  const index = join(layoutDir(deps.paths), 'index.json');
  if (!existsSync(index)) return [];
  const known = new Set(images.map(({ metadata }) => layoutTag(metadata.name)));
  return parseOciIndex(await readFile(index, 'utf8')).flatMap(({ reference }) =>
    reference === undefined || known.has(reference) ? [] : [reference],
  );
}

/** Removes tags, and every blob that no other one needs. Returns what that has freed. */
export async function pruneLayers(
  stray: () => Promise<readonly string[]>,
  deps: ImageDeps,
  signal: AbortSignal,
): Promise<Bytes> {
  const layout = layoutDir(deps.paths);
  using _lock = await lockLayout(deps.paths, signal);
  if (!existsSync(join(layout, 'index.json'))) return bytes(0);
  const before = await usedBytes(layout);
  for (const tag of await stray()) await removeTag(layout, tag, deps.runner, signal);
  await collectGarbage(layout, deps.runner, signal);
  return bytes(Math.max(0, before - (await usedBytes(layout))));
}
