import { existsSync } from 'node:fs';
import type { Image } from '@ignite/api/v1/image';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { type Paths, layoutDir } from '../host/paths.ts';
import { layoutTag } from '../oci/import-image.ts';
import { retainImages } from '../oci/layout.ts';
import { lockLayout } from '../oci/layout-lock.ts';
import { usedBytes } from './used-bytes.ts';

/**
 * Removes from the layout what no image has that the store knows: of imports that were killed, and of those that earlier
 * versions refused. Returns what that has freed.
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
  const tags = new Set((await known()).map(({ metadata }) => layoutTag(metadata.name)));
  await retainImages(layout, (tag) => tag !== undefined && tags.has(tag));
  return bytes(Math.max(0, before - (await usedBytes(layout))));
}
