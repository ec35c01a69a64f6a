import { createHash } from 'node:crypto';
import { type Stats, constants } from 'node:fs';
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
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
  /** Tells a file that was written since from one that was not. */
  readonly stamp: string;
  readonly file: SourceFile;
}

const readers = 16;

/** Nothing that is put in the place of a file is followed, nor waited for. */
const plainly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A folder of this host as a source. Links are not followed, also those that whoever owns it puts there meanwhile. */
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
    if (this.#last?.id !== id) this.#last = { id, files };
    return this.#last;
  }

  async #manifestPaths(folder: string, depth: number): Promise<readonly string[]> {
    const entries = await readdir(join(this.#path, folder), { withFileTypes: true }).catch(
      (failure: unknown) => {
        if (depth > 0) return []; // it went between being listed and being read
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
      // What was written within the clock's grain of the last look may have been written again since.
      if (known?.stamp === stampOf(seen) && Date.now() - seen.ctimeMs > grainMs) return known;
      await using file = await open(whole, plainly);
      const found = await file.stat();
      // A folder on the way may have become a link: the kernel says what was opened.
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

/** It went, or something else came in its place, between being listed and being read. */
const isGone = (failure: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((failure as NodeJS.ErrnoException).code ?? '');

const grainMs = 100;
