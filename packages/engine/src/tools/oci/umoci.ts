import { join } from 'node:path';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { ProgressEvent } from '@ignite/api/client/progress';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { Workspace } from '@ignite/toolkit/files/workspace';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from '../host/paths.ts';
import { fitsInMemory, memoryFacts, openScratch } from '../host/scratch.ts';
import { assertDiskTakes } from './disk-space.ts';
import { imageCorrupt, imageTooLarge, isFull } from './errors.ts';
import type { LayoutImage } from './layout.ts';
import {
  type PackedArchive,
  type UnpackedSize,
  isDamage,
  measureArchives,
  storedSize,
  unpackedLimit,
} from './measure-archives.ts';
import { TarTooLargeError } from './tar-meter.ts';

const notUnpackable = 'its layers cannot be unpacked';

export interface UnpackRequest {
  readonly image: LayoutImage;
  readonly layers: readonly PackedArchive[];
  /** The name of the image, for errors. */
  readonly name: string;
  /** The limit of its unpacked size. The default leaves ample room for images of its compressed size. */
  readonly maxSize?: Bytes;
  /** The name of the scratch folder, whose lock the caller holds. */
  readonly scratch: string;
}

export interface UnpackedImage extends AsyncDisposable {
  /** The root of the image's file system. */
  readonly root: string;
}

/**
 * Unpacks an image where that is fastest, after checking that it does not exceed its limit.
 * @throws CodedError IMAGE_CORRUPT, IMAGE_TOO_LARGE, DISK_FULL
 */
export async function unpackImage(
  request: UnpackRequest,
  paths: Paths,
  runner: Runner,
  { signal, report }: Operation<ProgressEvent>,
): Promise<UnpackedImage> {
  const size = await measureImage(request, signal);
  const into = async (inMemory: boolean): Promise<UnpackedImage> =>
    await unpackInto(
      await openScratch(paths, request.scratch, inMemory, report),
      size,
      request,
      runner,
      signal,
    );
  if (fitsInMemory(size.space, await memoryFacts())) {
    try {
      return await into(true);
    } catch (failure) {
      if (!isFull(failure)) throw failure; // other programs have used up the memory meanwhile
    }
  }
  await assertDiskTakes(size.space, paths, `unpack "${request.name}"`);
  return await into(false);
}

async function measureImage(
  { layers, name, maxSize }: UnpackRequest,
  signal: AbortSignal,
): Promise<UnpackedSize> {
  const packed = await storedSize([...new Set(layers.map(({ path }) => path))]);
  const limit = unpackedLimit(packed, maxSize);
  try {
    return await measureArchives(layers, limit, signal);
  } catch (failure) {
    if (failure instanceof TarTooLargeError) throw imageTooLarge(name, { packed, limit });
    if (isDamage(failure)) throw imageCorrupt(name, `${notUnpackable}: ${errorText(failure)}`, failure);
    throw failure;
  }
}

async function unpackInto(
  workspace: Workspace,
  { largestFile }: UnpackedSize,
  { image, name }: UnpackRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<UnpackedImage> {
  const root = join(workspace.path, 'root');
  const args = ['raw', 'unpack', '--image', `${image.layout}:${image.tag}`, root];
  try {
    await runner.run({ tool: 'umoci', args, fileSizeLimit: largestFile }, signal);
  } catch (failure) {
    await workspace[Symbol.asyncDispose]();
    throw failure instanceof ToolFailedError && !isFull(failure)
      ? imageCorrupt(name, notUnpackable, failure)
      : failure;
  }
  return { root, [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() };
}

export interface NewLayer {
  /** An OCI layout; its tag `tag` gets one more layer. */
  readonly layout: string;
  readonly tag: string;
  /** An uncompressed tar archive. */
  readonly layer: string;
  readonly author?: string;
  readonly message?: string;
}

/** Adds a layer to an image, with an entry in its history. */
export async function addLayer(added: NewLayer, runner: Runner, signal: AbortSignal): Promise<void> {
  const args = [
    ...['raw', 'add-layer', '--image', `${added.layout}:${added.tag}`],
    ...['--history.created_by', 'ignite commit'],
    ...(added.author === undefined ? [] : ['--history.author', added.author]),
    ...(added.message === undefined ? [] : ['--history.comment', added.message]),
    added.layer,
  ];
  await runner.run({ tool: 'umoci', args }, signal);
}

/** Changes an image's config. `settings` are umoci's options with their values. */
export async function configureImage(
  { layout, tag }: { readonly layout: string; readonly tag: string },
  settings: readonly (readonly [string, string])[],
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  if (settings.length === 0) return;
  const args = settings.map(([name, value]) => `--${name}=${value}`);
  await runner.run(
    { tool: 'umoci', args: ['config', '--no-history', '--image', `${layout}:${tag}`, ...args] },
    signal,
  );
}
