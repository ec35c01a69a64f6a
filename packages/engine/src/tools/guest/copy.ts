import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { MergeError, mergeEntry, mergeFolder } from '@ignite/toolkit/files/merge-folder';
import { OpenFolder } from '@ignite/toolkit/files/open-folder';
import { type PipelineOptions, runPipeline } from '@ignite/toolkit/process/pipeline';
import { type Command, ToolFailedError } from '@ignite/toolkit/process/runner';
import type { Paths } from '../host/paths.ts';
import { clearArrivals, openArrival } from './arrival.ts';
import { type GuestFile, copyLines, parseProbe } from './copy-script.ts';
import { copyFailed } from './errors.ts';
import { packFolder, refusedOf, unpackForeign } from './tar.ts';

export interface GuestCopy {
  /** Returns the program that runs a line in the guest, with the program's standard streams. */
  readonly commandFor: (line: string) => Command;
  readonly vmPath: string;
  readonly follow: boolean;
}

export interface CopyPorts {
  readonly paths: Paths;
  /** The folders of this host in which guests can write, whatever their permissions. */
  readonly shared: readonly string[];
}

type CopyOperation = Operation<ProgressEvent>;

/** The size limit of the one line that describes a file. */
const longestAnswer = 1_024;

/** The permissions that a file may keep when it comes out of a VM: it never runs as its owner or group. */
const permissions = 0o777;

export async function copyIn(hostPath: string, copy: GuestCopy, op: CopyOperation): Promise<void> {
  const found = await stat(hostPath).catch((failure: unknown) => {
    throw copyFailed(`${hostPath} cannot be read`, failure);
  });
  const name = basename(resolve(hostPath));
  if (found.isDirectory()) {
    const receive = copy.commandFor(copyLines.receiveFolder(copy.vmPath, name));
    return await transfer([packFolder(hostPath, copy.follow), receive], {}, name, op);
  }
  if (!found.isFile()) throw copyFailed(`${hostPath} is neither a file nor a directory`);
  const file = {
    name,
    mode: found.mode,
    owner: found,
    modified: Math.floor(found.mtimeMs / 1_000),
  };
  const input = createReadStream(hostPath);
  await transfer([copy.commandFor(copyLines.receiveFile(copy.vmPath, file))], { input }, name, op);
}

/**
 * Copies from a VM. Files are put in their place only once all have arrived. They are merged with what is
 * there, and no symlink below the target is followed.
 */
export async function copyOut(
  hostPath: string,
  copy: GuestCopy,
  { paths, shared }: CopyPorts,
  op: CopyOperation,
): Promise<void> {
  const found = await probeGuest(copy, op);
  if (found.kind === 'absent') throw copyFailed(`${copy.vmPath} does not exist in the VM`);
  const name = basename(resolve('/', copy.vmPath)); // the names of /srv/.. and / are empty
  const { path, entry } = await landingOf(hostPath, name, found.kind);
  await assertUnshared(path, shared);
  await clearArrivals(paths);
  await using folder = await OpenFolder.at(path);
  await using arrival = await openArrival(path, folder, paths);
  const arriving = arrival.folder.pathOf(entry ?? 'all');
  if (found.kind === 'folder') {
    await mkdir(arriving);
    const send = copy.commandFor(copyLines.sendFolder(copy.vmPath, copy.follow));
    await transfer([send, unpackForeign(String(arriving))], {}, name, op);
  } else {
    const output = createWriteStream(arriving, { flags: 'wx', mode: 0o600 });
    const send = copy.commandFor(copyLines.sendFile(copy.vmPath));
    await transfer([send], { output, endsOutput: true }, name, op);
    await chmod(arriving, found.mode & permissions);
  }
  await put(entry, arrival.folder, folder, op.signal);
}

/** Refuses folders that a guest can write to, because it could put symlinks into what is being unpacked. */
async function assertUnshared(path: string, shared: readonly string[]): Promise<void> {
  const real = await realpath(path);
  for (const folder of shared) {
    const above = await realpath(folder).catch(() => folder);
    if (!/^\.\.(\/|$)/.test(relative(above, real)))
      throw copyFailed(
        `${real} is shared with a VM, which could tamper with the copy: copy to another directory`,
      );
  }
}

async function put(
  entry: string | undefined,
  from: OpenFolder,
  to: OpenFolder,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (entry !== undefined) return await mergeEntry(entry, from, to, signal);
    await using all = await from.enter('all');
    await mergeFolder(all, to, signal);
  } catch (failure) {
    throw failure instanceof MergeError ? copyFailed(failure.message, failure) : failure;
  }
}

export async function unpackIn(input: Readable, copy: GuestCopy, op: CopyOperation): Promise<void> {
  await transfer([copy.commandFor(copyLines.unpack(copy.vmPath))], { input }, copy.vmPath, op);
}

export async function packOut(output: Writable, copy: GuestCopy, op: CopyOperation): Promise<void> {
  await transfer([copy.commandFor(copyLines.pack(copy.vmPath, copy.follow))], { output }, copy.vmPath, op);
}

async function probeGuest(copy: GuestCopy, { signal }: CopyOperation): Promise<GuestFile> {
  let said = '';
  const output = new Writable({
    write: (part: Buffer, _encoding, done) => {
      said += part.toString();
      done(said.length > longestAnswer ? copyFailed('the answer of the VM does not end') : null);
    },
  });
  try {
    await runPipeline([copy.commandFor(copyLines.probe(copy.vmPath))], { output }, signal);
  } catch (failure) {
    throw asCopyFailure(failure);
  }
  return parseProbe(said);
}

/**
 * The place where a copy goes: `entry` of a folder or, without it, the folder itself, with which it is
 * merged.
 */
interface Landing {
  readonly path: string;
  readonly entry?: string;
}

/**
 * Determines the place of a copy, as in the VM: within an existing folder, or else at that very path.
 * Symlinks are followed only in the given path, because a symlink within the folder may have come out of a
 * VM.
 */
async function landingOf(given: string, name: string, kind: 'file' | 'folder'): Promise<Landing> {
  const path = resolve(given);
  const isFolder = await isDirectory(path);
  if (isFolder && kind === 'folder' && ['', basename(path)].includes(name)) return { path };
  const landing = isFolder ? { path, entry: name } : { path: dirname(path), entry: basename(path) };
  if (!(await isDirectory(landing.path))) throw copyFailed(`there is no directory ${landing.path}`);
  const target = join(landing.path, landing.entry);
  await using folder = await OpenFolder.at(landing.path);
  const there = await folder.find(landing.entry);
  if (there?.isDirectory() && kind === 'file')
    throw copyFailed(`${target} is a directory and cannot be replaced by a file`);
  if (there?.isSymbolicLink() && kind === 'folder')
    throw copyFailed(`${target} is a symbolic link; to copy to its target, name the link as the destination`);
  if (there && !there.isDirectory() && kind === 'folder')
    throw copyFailed(`${target} is not a directory and cannot be replaced by one`);
  return landing;
}

/** Tells whether the path is a folder. Returns `undefined` if nothing is there. */
async function isDirectory(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

async function transfer(
  commands: readonly Command[],
  options: PipelineOptions,
  what: string,
  { signal, report }: CopyOperation,
): Promise<void> {
  let done = 0;
  const onBytes = (count: number): void => {
    done += count;
    report({ kind: 'transfer', what, done });
  };
  try {
    await runPipeline(commands, { ...options, onBytes }, signal);
  } catch (failure) {
    throw asCopyFailure(failure);
  }
}

/** The last line says nothing: the actual errors of tar precede it. */
const isTarsFarewell = (line: string): boolean => line.startsWith('tar: Exiting with failure status');

function asCopyFailure(failure: unknown): unknown {
  if (!(failure instanceof ToolFailedError)) return failure;
  const said = failure.stderr.trim().split('\n');
  const why = refusedOf(failure.stderr) ?? said.findLast((line) => !isTarsFarewell(line));
  return copyFailed(why || failure.message, failure);
}
