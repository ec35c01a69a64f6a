import { createHash } from 'node:crypto';
import { lstat, readFile, readdir } from 'node:fs/promises';
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

/** A folder of this host as a source. Links are not followed. */
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
    const read = await mapConcurrent(paths, readers, async (path) => await this.#readFile(path, op.signal));
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
          `the folder cannot be read: ${errorText(failure)}`,
          'make it, or name another; what was applied before stays',
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

  async #readFile(path: string, signal: AbortSignal): Promise<Read | undefined> {
    signal.throwIfAborted();
    const whole = join(this.#path, path);
    try {
      const { mtimeMs, ctimeMs, size, ino } = await lstat(whole);
      const stamp = `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
      const known = this.#read.get(path);
      // What was written within the clock's grain of the last look may have been written again since.
      if (known?.stamp === stamp && Date.now() - ctimeMs > grainMs) return known;
      const text = await readFile(whole, 'utf8');
      const digest = createHash('sha1').update(text).digest('hex');
      return { stamp, file: { path, digest, text } };
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure;
    }
  }
}

const grainMs = 100;
