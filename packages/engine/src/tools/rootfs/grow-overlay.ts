import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { readOverlay } from './overlay-header.ts';
import { resizeOverlay } from './qemu-img.ts';

/** Grows a disk that no VMM has open to `size`. A disk of at least that size is left alone. */
export async function growOverlay(
  path: string,
  size: Bytes,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  if ((await readOverlay(path)).size < BigInt(size)) await resizeOverlay(path, size, runner, signal);
}
