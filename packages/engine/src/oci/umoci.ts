import { join } from 'node:path';
import type { ProgressEvent } from '@ignite/api/client/progress';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { Workspace } from '@ignite/toolkit/files/workspace';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from '../host/paths.ts';
import { fitsInMemory, memoryFacts, openScratch } from '../host/scratch.ts';
import { imageCorrupt } from './errors.ts';

/** Layers are seldom packed more tightly; where they are, the disk takes over when memory is full. */
const expansion = 5;

export interface UnpackRequest {
  readonly layout: string;
  readonly tag: string;
  /** For errors. */
  readonly name: string;
  /** Of its layers as they are stored. */
  readonly size: Bytes;
  /** Of the scratch folder, for which the caller holds a lock. */
  readonly scratch: string;
}

export interface UnpackedImage extends AsyncDisposable {
  /** The root of its file system. */
  readonly root: string;
}

/**
 * Unpacks an image to where that is quickest.
 * @throws CodedError IMAGE_CORRUPT
 */
export async function unpackImage(
  request: UnpackRequest,
  paths: Paths,
  runner: Runner,
  { signal, report }: Operation<ProgressEvent>,
): Promise<UnpackedImage> {
  if (fitsInMemory(bytes(request.size * expansion), await memoryFacts())) {
    try {
      return await unpackInto(
        await openScratch(paths, request.scratch, true, report),
        request,
        runner,
        signal,
      );
    } catch (failure) {
      if (!isFull(failure)) throw failure;
    }
  }
  return await unpackInto(await openScratch(paths, request.scratch, false), request, runner, signal);
}

async function unpackInto(
  workspace: Workspace,
  { layout, tag, name }: UnpackRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<UnpackedImage> {
  const root = join(workspace.path, 'root');
  try {
    await runner.run({ tool: 'umoci', args: ['raw', 'unpack', '--image', `${layout}:${tag}`, root] }, signal);
  } catch (failure) {
    await workspace[Symbol.asyncDispose]();
    throw failure instanceof ToolFailedError && !isFull(failure) ? imageCorrupt(name, failure) : failure;
  }
  return { root, [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() };
}

const isFull = (failure: unknown): boolean =>
  failure instanceof ToolFailedError && /no space left/i.test(failure.stderr);

/** Takes a tag, if it is there, and the blobs that no other tag needs out of a layout. */
export async function removeTag(
  layout: string,
  tag: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runner.run({ tool: 'umoci', args: ['rm', '--image', `${layout}:${tag}`] }, signal);
    await collectGarbage(layout, runner, signal);
  } catch (failure) {
    if (!(failure instanceof ToolFailedError && /no such file|not found/i.test(failure.stderr)))
      throw failure;
  }
}

/** Gives an image another tag, in the place of what had it before. */
export async function renameTag(
  { layout, tag }: { readonly layout: string; readonly tag: string },
  name: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  await runner.run({ tool: 'umoci', args: ['tag', '--image', `${layout}:${tag}`, name] }, signal);
  await runner.run({ tool: 'umoci', args: ['rm', '--image', `${layout}:${tag}`] }, signal);
}

/** Removes the blobs that no tag needs. The caller holds the layout's lock. */
export async function collectGarbage(layout: string, runner: Runner, signal: AbortSignal): Promise<void> {
  await runner.run({ tool: 'umoci', args: ['gc', '--layout', layout] }, signal);
}

export interface NewLayer {
  /** An OCI layout, and the tag in it that is given one more layer. */
  readonly layout: string;
  readonly tag: string;
  /** A tar archive, not compressed. */
  readonly layer: string;
  readonly author?: string;
  readonly message?: string;
}

/** Adds a layer to an image, with a line in its history. */
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

/** Changes what an image's config says; `settings` are umoci's names with their values. */
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
