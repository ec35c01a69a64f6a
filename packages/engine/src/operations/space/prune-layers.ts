import { existsSync } from 'node:fs';
import type { Image } from '@ignite/api/v1/image';
import { shownName } from '@ignite/api/v1/shown-name';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { type Paths, layoutDir } from '../../tools/host/paths.ts';
import { layoutTag } from '../../tools/oci/import-image.ts';
import { retainImages } from '../../tools/oci/layout.ts';
import { lockLayout } from '../../tools/oci/layout-lock.ts';
import { usedBytes } from './used-bytes.ts';

/**
 * Removes from the layout everything that belongs to no image in the store: content of killed imports, and of
 * imports that earlier versions refused. Returns the space that this freed.
 */
export async function pruneLayers(
  known: () => Promise<readonly Image[]>,
  paths: Paths,
  signal: AbortSignal,
): Promise<Bytes> {
  const layout = layoutDir(paths);
  using _lock = await lockLayout(paths, signal);
  if (!existsSync(layout)) return bytes(0);
  const before = await usedBytes(layout);
  const tags = new Set((await known()).map((image) => layoutTag(shownName(image))));
  await retainImages(layout, (tag) => tag !== undefined && tags.has(tag));
  return bytes(Math.max(0, before - (await usedBytes(layout))));
}
