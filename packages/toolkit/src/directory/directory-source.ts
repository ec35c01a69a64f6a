import { createHash } from 'node:crypto';
import { type Stats, constants } from 'node:fs';
import { lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mapConcurrent } from '../async/map-concurrent.ts';
import type { Operation } from '../async/operation.ts';
import { errorText } from '../errors/error-text.ts';
import {
  type FetchEvent,
  type Revision,
  type Source,
  type SourceFile,
  bytesLimit,
  filesLimit,
  isManifestPath,
  sourceError,
} from '../source/source.ts';

interface Read {
  /** A stamp that changes when the file is written. */
  readonly stamp: string;
  readonly file: SourceFile;
}

const readers = 16;

/** Symlinks are not followed, and FIFOs are not waited for. */
const plainly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A folder of this host as a source. Symlinks are never followed, not even those that the folder's owner
 * creates while it is read.
 */
export class DirectorySource implements Source {
  readonly #path: string;
  #read = new Map<string, Read>();
  #last: Revision | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async fetch(op: Operation<FetchEvent>): Promise<Revision> {
    const paths = await this.#manifestPaths('', 0);
    if (paths.length > filesLimit)
      throw sourceError('SOURCE_TOO_LARGE', `${this.#path} has ${paths.length} manifests`, 'split it');
    const root = await realpath(this.#path);
    const { dev, ino } = await stat(root);
    const read = await mapConcurrent(
      paths,
      readers,
      async (path) => await this.#readFile(path, root, op.signal),
    );
    this.#read = new Map(read.flatMap((each) => (each ? [[each.file.path, each]] : [])));
    const files = [...this.#read.values()].map(({ file }) => file);
    if (files.reduce((sum, { text }) => sum + text.length, 0) > bytesLimit)
      throw sourceError('SOURCE_TOO_LARGE', `the manifests in ${this.#path} are too large`, 'split it');
    const digest = createHash('sha256');
    for (const file of files) digest.update(`${file.path}\0${file.digest}\0`);
    const id = `directory@sha256:${digest.digest('hex')}`;
    const place = `${dev}:${ino}`;
    if (this.#last?.id !== id || this.#last.root !== place) this.#last = { id, files, root: place };
    return this.#last;
  }

  async #manifestPaths(folder: string, depth: number): Promise<readonly string[]> {
    const entries = await readdir(join(this.#path, folder), { withFileTypes: true }).catch(
      (failure: unknown) => {
        if (depth > 0) return []; // it was removed after it was listed
        throw sourceError(
          'SOURCE_UNREACHABLE',
          `cannot read the directory: ${errorText(failure)}`,
          'create it, or choose another; objects that were applied before are kept',
        );
      },
    );
    const below = await Promise.all(
      entries
        .filter(({ name }) => !name.startsWith('.'))
        .map(async (entry) => {
          const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
          if (entry.isDirectory()) return await this.#manifestPaths(path, depth + 1);
          return entry.isFile() && isManifestPath(path) ? [path] : [];
        }),
    );
    return below.flat().sort();
  }

  async #readFile(path: string, root: string, signal: AbortSignal): Promise<Read | undefined> {
    signal.throwIfAborted();
    const whole = join(root, path);
    try {
      const seen = await lstat(whole);
      const known = this.#read.get(path);
      // A file that changed within the clock's resolution of the last read may have changed again with the
      // same stamp.
      if (known?.stamp === stampOf(seen) && Date.now() - seen.ctimeMs > grainMs) return known;
      await using file = await open(whole, plainly);
      const found = await file.stat();
      // A parent folder may have become a symlink. The kernel tells which file was opened.
      if (!found.isFile() || (await readlink(`/proc/self/fd/${file.fd}`)) !== whole) return undefined;
      const text = await file.readFile('utf8');
      const digest = createHash('sha1').update(text).digest('hex');
      return { stamp: stampOf(found), file: { path, digest, text } };
    } catch (failure) {
      if (isGone(failure)) return undefined;
      throw failure;
    }
  }
}

const stampOf = ({ mtimeMs, ctimeMs, size, ino }: Stats): string => `${mtimeMs} ${ctimeMs} ${size} ${ino}`;

/** Tells whether the file was removed or replaced after it was listed. */
const isGone = (failure: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((failure as NodeJS.ErrnoException).code ?? '');

const grainMs = 100;
