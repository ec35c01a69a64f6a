import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostPodSpec, HostPodStatus } from '@ignite/api/host-pod/host-pod';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type PodFiles, programFiles } from './pod-files.ts';

export type PodCopyErrorCode = 'POD_COPY_MISSING';

interface CopyOptions {
  readonly runner: Runner;
  readonly signal: AbortSignal;
}

/** What hidden names begin with, which no copy has. */
const hidden = '.';

/**
 * Makes the copies of what the programs of a pod keep, if they stand still, and removes those that are not wanted any more.
 * @param from the pod from which copies are taken over instead of being made
 * @throws CodedError POD_COPY_MISSING if that pod has none of such a name
 */
export async function keepCopies(
  { copies = [] }: HostPodSpec,
  isStopped: boolean,
  files: PodFiles,
  options: CopyOptions,
  from?: CopyHolder,
): Promise<Pick<HostPodStatus, 'copies' | 'restored'>> {
  await takeBackSwaps(files);
  const wanted = new Set(copies);
  for (const name of await namesIn(files.copies)) if (!wanted.has(name)) await removeCopy(name, files);
  const missing = copies.filter((name) => !hasCopy(name, files));
  if (from) for (const name of missing) await takeCopy(name, files, options, from);
  else if (isStopped) for (const name of missing) await makeCopy(name, files, options);
  const there = (await namesIn(files.copies)).toSorted();
  const restored = await textOfFile(files.restoreNote);
  return { ...(there.length > 0 && { copies: there }), ...(restored !== undefined && { restored }) };
}

/** A copy appears whole or not at all. */
async function makeCopy(name: string, files: PodFiles, options: CopyOptions): Promise<void> {
  const draft = join(files.copies, `${hidden}${name}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  for (const program of await namesIn(join(files.dir, 'programs'))) {
    const { volumes } = programFiles(files, program);
    if (existsSync(volumes)) await copyFolder(volumes, join(draft, program), options);
  }
  await appear(draft, join(files.copies, name), options);
}

/** A copy of another pod is taken over whole or not at all. Whoever begins with it gives the files to its own users. */
async function takeCopy(
  name: string,
  files: PodFiles,
  options: CopyOptions,
  holder: CopyHolder,
): Promise<void> {
  const from = await findCopy(name, files, holder);
  const draft = join(files.copies, `${hidden}${name}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(files.copies, { recursive: true, mode: 0o700 });
  await copyFolder(from, draft, options);
  assertIsThere(name, from);
  await appear(draft, join(files.copies, name), options);
}

export const hasCopy = (name: string, { copies }: PodFiles): boolean => existsSync(join(copies, name));

/** The other pod may remove a copy while we read it, which begins with its name. */
function assertIsThere(name: string, dir: string): void {
  if (!existsSync(dir)) throw copyMissing(`the copy "${name}" was removed while it was read`);
}

/** A copy goes whole, or not at all: what is left of it has a name that no copy has. */
async function removeCopy(name: string, { copies }: PodFiles): Promise<void> {
  const left = join(copies, name.startsWith(hidden) ? name : `${hidden}${name}`);
  if (!name.startsWith(hidden)) {
    await rm(left, { recursive: true, force: true });
    await rename(join(copies, name), left);
  }
  await rm(left, { recursive: true, force: true });
}

/** Removes all copies of a pod at once, so that nobody takes a part of one for the whole. */
export async function removeCopies({ dir, copies }: PodFiles): Promise<void> {
  const left = join(dir, `${hidden}copies`);
  await rm(left, { recursive: true, force: true });
  if (existsSync(copies)) await rename(copies, left);
  await rm(left, { recursive: true, force: true });
}

/** Tells whether what the programs of a pod keep was brought back as it is wished. */
export const isRestored = async ({ restored }: HostPodSpec, files: PodFiles): Promise<boolean> =>
  restored === undefined || restored.id === (await textOfFile(files.restoreNote));

/** The pod that has a copy, if it is another one. */
export interface CopyHolder {
  readonly files: PodFiles;
  /** The users to whom files belong that are copied from there, by the names of the programs. */
  readonly userOf: (program: string) => number;
}

/**
 * Returns where a copy is. What a restoration that was cut short has set aside is brought back first.
 * @throws CodedError POD_COPY_MISSING
 */
export async function findCopy(copy: string, files: PodFiles, holder?: CopyHolder): Promise<string> {
  await takeBackSwaps(files);
  const dir = join((holder?.files ?? files).copies, copy);
  if (existsSync(dir)) return dir;
  throw copyMissing(holder ? `the other pod has no copy "${copy}"` : `the pod has no copy "${copy}"`);
}

export const copyMissing = (message: string): CodedError<PodCopyErrorCode> =>
  new CodedError('POD_COPY_MISSING', message, {
    hint: 'name one of status.copies in spec.restored, or take spec.restored away',
  });

/**
 * Brings what the programs of a pod keep back to a copy. They stand still. The note comes last: without it, all is done again.
 * @throws CodedError POD_COPY_MISSING
 */
export async function restoreCopy(
  { copy, id }: NonNullable<HostPodSpec['restored']>,
  files: PodFiles,
  options: CopyOptions,
  holder?: CopyHolder,
): Promise<void> {
  const from = await findCopy(copy, files, holder);
  const programs = await readdir(from);
  assertIsThere(copy, from);
  for (const program of programs) {
    const { volumes } = programFiles(files, program);
    const [draft, old] = [`${volumes}.draft`, asideOf(volumes)];
    for (const left of [draft, old]) await rm(left, { recursive: true, force: true });
    await mkdir(dirname(volumes), { recursive: true, mode: 0o700 });
    await copyFolder(join(from, program), draft, options);
    assertIsThere(copy, from);
    if (holder) await give(draft, holder.userOf(program), options);
    if (existsSync(volumes)) await rename(volumes, old);
    await appear(draft, volumes, options);
    await rm(old, { recursive: true, force: true });
  }
  await replaceFile(files.restoreNote, id, 0o600);
}

/** Where what a program keeps is set aside until a copy has taken its place. */
const asideOf = (volumes: string): string => `${volumes}.old`;

/** Takes a restoration back that was cut short after it had set aside what a program keeps: nothing else has that. */
async function takeBackSwaps(files: PodFiles): Promise<void> {
  for (const program of await namesIn(join(files.dir, 'programs'))) {
    const { volumes } = programFiles(files, program);
    if (!existsSync(volumes) && existsSync(asideOf(volumes))) await rename(asideOf(volumes), volumes);
  }
}

/** The copy shares the blocks if the file system can (reflink). */
const copyFolder = async (from: string, to: string, { runner, signal }: CopyOptions): Promise<void> =>
  void (await runner.run(
    { tool: 'cp', args: ['--archive', '--reflink=auto', '--sparse=always', '--', from, to] },
    signal,
  ));

const give = async (folder: string, user: number, { runner, signal }: CopyOptions): Promise<void> =>
  void (await runner.run(
    { tool: 'chown', args: ['--recursive', '--no-dereference', '--', `${user}:${user}`, folder] },
    signal,
  ));

/** Gives a folder its name once its files are on the disk. */
async function appear(draft: string, dir: string, { runner, signal }: CopyOptions): Promise<void> {
  await runner.run({ tool: 'sync', args: ['--file-system', draft] }, signal);
  await rename(draft, dir);
  await using folder = await open(dirname(dir));
  await folder.sync();
}
