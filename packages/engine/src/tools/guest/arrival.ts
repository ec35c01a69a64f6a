import { randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getSystemErrorMessage } from 'node:util';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { OpenFolder } from '@ignite/toolkit/files/open-folder';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import type { Paths } from '../host/paths.ts';
import { copyFailed } from './errors.ts';

/**
 * An empty folder that collects what comes out of a VM, so that nothing is put in its place until all has
 * arrived. It is removed when disposed.
 */
export interface Arrival extends AsyncDisposable {
  readonly folder: OpenFolder;
}

/** The folder that records the arrivals by the ids in their names, each with a lock that its user holds. */
const recordsDir = (paths: Paths): string => join(paths.dataDir, 'arrivals');

const nameOf = (id: string): string => `.ignite-arrival-${id}`;
const isId = (name: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);

/**
 * Creates an arrival in `parent`, which is at `path`, so that its content can be moved within the same file
 * system.
 */
export async function openArrival(path: string, parent: OpenFolder, paths: Paths): Promise<Arrival> {
  const records = recordsDir(paths);
  const id = randomUUID();
  const record = join(records, id);
  const lock = tryLock(records, id)!; // nobody else knows the id
  const forget = async (): Promise<void> => {
    await rm(record, { force: true });
    lock[Symbol.dispose]();
    await rm(`${record}.lock`, { force: true });
  };
  try {
    await replaceFile(record, await realpath(path), 0o600);
    await mkdir(parent.pathOf(nameOf(id)), { mode: 0o700 }).catch((failure: NodeJS.ErrnoException) => {
      throw copyFailed(`${path}: ${getSystemErrorMessage(failure.errno ?? 0)}`, failure);
    });
    const folder = await parent.enter(nameOf(id));
    const dispose = async (): Promise<void> => {
      await folder[Symbol.asyncDispose]();
      await removeArrival(id, parent);
      await forget();
    };
    return { folder, [Symbol.asyncDispose]: dispose };
  } catch (failure) {
    await forget();
    throw failure;
  }
}

/** Removes the arrivals of killed copies, wherever they are. */
export async function clearArrivals(paths: Paths): Promise<void> {
  const records = recordsDir(paths);
  for (const id of (await namesIn(records)).filter(isId)) {
    using lock = tryLock(records, id);
    if (lock) await clearArrival(join(records, id), id).catch(() => {}); // otherwise it is in use, or the next copy tries again
  }
}

async function clearArrival(record: string, id: string): Promise<void> {
  const path = await readFile(record, 'utf8').catch(absent);
  if (path !== undefined) {
    await using parent = await OpenFolder.at(path).catch(absent);
    if (parent) await removeArrival(id, parent);
  }
  await rm(record, { force: true });
  await rm(`${record}.lock`, { force: true });
}

/**
 * Removes an arrival. Someone who may write to `parent` may have moved it away, or put something else in its
 * place; that is left alone.
 */
async function removeArrival(id: string, parent: OpenFolder): Promise<void> {
  const name = nameOf(id);
  await using folder = await parent.enter(name).catch(absent);
  if (!folder) return;
  const { uid, mode } = await folder.handle.stat();
  if (uid !== process.geteuid?.() || (mode & 0o077) !== 0) return;
  await folder.clear();
  await rmdir(parent.pathOf(name)).catch(absent);
}

function absent(failure: NodeJS.ErrnoException): undefined {
  if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(failure.code ?? '')) throw failure;
  return undefined;
}
