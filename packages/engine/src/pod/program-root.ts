import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { shownName } from '@ignite/api/v1/shown-name';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import type { Runner } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { type Paths, layoutDir } from '../tools/host/paths.ts';
import { ensureImage, parseImportRequest } from '../tools/oci/image-objects.ts';
import { layoutTag } from '../tools/oci/import-image.ts';
import { lockLayout } from '../tools/oci/layout-lock.ts';
import type { VmPorts } from '../vm/vm-ports.ts';
import { type ProgramFiles, podFiles, podsDir, programFiles, rootDir, rootsDir } from './pod-files.ts';

const noteSchema = v.strictObject({ reference: v.string(), digest: v.string() });
const draftName = 'draft';

/** An image as a program of a pod sees it. */
export interface ProgramRoot {
  readonly digest: string;
  readonly path: string;
  /** Set when the program has just been given another image than before, which may be of no use now. */
  readonly replaces?: true;
}

/**
 * Returns the unpacked image of a program, which pods share. The image that a reference stood for first is the program's
 * for good, as long as the reference stays: what is removed or changed of it does not matter any more.
 * @throws CodedError as `ensureImage`
 */
export async function programRoot(
  reference: string,
  { imageNote }: ProgramFiles,
  host: VmPorts,
  op: ClientOperation,
): Promise<ProgramRoot> {
  const known = await readNote(imageNote);
  if (known?.reference === reference) {
    const path = rootDir(host.paths, known.digest);
    if (await isThere(path)) return { digest: known.digest, path };
  }
  const registry = host.registryConfigDir;
  const request = parseImportRequest(reference, {
    ...(registry !== undefined && { registryConfigDir: registry }),
  });
  const image = await ensureImage(request, host, host.objects, op);
  using _lock = await lockLayout(host.paths, op.signal);
  const { digest } = image.status;
  const path = rootDir(host.paths, digest);
  // The note comes first: an unpacked image that no note names is removed.
  await mkdir(dirname(imageNote), { recursive: true, mode: 0o700 });
  await replaceFile(imageNote, JSON.stringify({ reference, digest }), 0o600);
  if (!(await isThere(path))) {
    const from = `${layoutDir(host.paths)}:${layoutTag(shownName(image))}`;
    await unpackRoot(from, path, host.runner, op.signal);
  }
  return { digest, path, ...(known && known.digest !== digest && { replaces: true }) };
}

/** Unpacks an image. What is at `path` is whole, also after a power cut. */
export async function unpackRoot(
  image: string,
  path: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = join(dirname(path), draftName);
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await runner.run({ tool: 'umoci', args: ['raw', 'unpack', '--image', image, draft] }, signal);
  await runner.run({ tool: 'sync', args: ['--file-system', draft] }, signal);
  await rename(draft, path);
  await using folder = await open(dirname(path));
  await folder.sync();
}

/** Removes the unpacked images that no program of any pod uses. */
export async function removeUnusedRoots(paths: Paths, signal: AbortSignal): Promise<void> {
  using _lock = await lockLayout(paths, signal);
  const used = new Set<string>();
  for (const uid of await namesIn(podsDir(paths)))
    for (const name of await namesIn(join(podFiles(paths, uid).dir, 'programs'))) {
      const note = await readNote(programFiles(podFiles(paths, uid), name).imageNote);
      if (note) used.add(rootDir(paths, note.digest));
    }
  for (const name of await namesIn(rootsDir(paths))) {
    const path = join(rootsDir(paths), name);
    if (!used.has(path)) await rm(path, { recursive: true, force: true });
  }
}

async function readNote(path: string): Promise<v.InferOutput<typeof noteSchema> | undefined> {
  const text = await textOfFile(path);
  return text === undefined ? undefined : v.parse(noteSchema, JSON.parse(text));
}

const isThere = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  );
