import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { shownName } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { type Paths, locksDir } from '../tools/host/paths.ts';
import { listImages, listKernels } from '../tools/store/list-objects.ts';
import { contentGone } from './errors.ts';

/** The image and kernel of a VM that is about to be stored. */
export interface VmContent {
  readonly image?: Image;
  readonly kernel?: Kernel;
}

/**
 * Takes the content lock. While it is held, no image or kernel is removed, and no VM starts to use one:
 * whoever removes one checks under it whether a VM uses it. It is always the last lock to be taken, and held
 * only briefly.
 */
export const lockContent = async (paths: Paths, signal: AbortSignal): Promise<Disposable> =>
  await acquireLock(locksDir(paths), 'content', signal);

/**
 * Stores a VM that uses `content`.
 * @throws CodedError CONTENT_GONE if some of it was removed since it was found
 */
export async function withContent<T>(
  { image, kernel }: VmContent,
  host: { readonly paths: Paths; readonly objects: ObjectClient },
  signal: AbortSignal,
  store: () => Promise<T>,
): Promise<T> {
  using _lock = await lockContent(host.paths, signal);
  const [images, kernels] = await Promise.all([listImages(host.objects), listKernels(host.objects)]);
  if (image && !images.some(({ status }) => status.digest === image.status.digest))
    throw contentGone(`image "${shownName(image)}"`);
  if (kernel && !kernels.some(({ status }) => status.id === kernel.status.id))
    throw contentGone(`kernel "${shownName(kernel)}"`);
  return await store();
}

/** Finds content and stores what uses it, again if somebody has removed the content in between. */
export async function untilContentStays<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      if (!hasCode(failure, 'CONTENT_GONE')) throw failure;
    }
  }
}
