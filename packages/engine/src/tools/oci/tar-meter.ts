import { posix } from 'node:path';
import { type TarExtension, isZero, parseTarHeader, parsePax, textAt } from './tar-header.ts';

const recordSize = 512;
/** The minimum space that a file, folder or link takes in a file system, on disk or in memory. */
const blockSize = 4_096;
/** The size limit of extended headers, which is also that of Go's reader. */
const longestExtension = 2 ** 20;
/** The limit of folders in a path. */
const deepest = 256;
/** The total length of the folder paths that are remembered, in characters. */
const longestMemory = 2 ** 24;

/** Thrown when an archive takes more than its limit. */
export class TarTooLargeError extends Error {
  override readonly name = 'TarTooLargeError';
}

/**
 * Counts the space that tar archives take when they are unpacked on top of each other, and stops as soon as
 * it exceeds `limit`. It reads them like Go's archive/tar, which unpacks them, and keeps almost nothing in
 * memory.
 */
export class TarMeter {
  readonly #limit: number;
  readonly #known = new Set<string>();
  #knownLength = 0;
  #space = 0;
  #largestFile = 0;

  /** The number of bytes read of the current archive. */
  #read = 0;
  #skip = 0;
  #record: Buffer = Buffer.alloc(recordSize);
  #filled = 0;
  #take: (record: Buffer) => void = () => undefined;
  #longName: string | undefined;
  #extension: TarExtension = {};

  constructor(limit: number) {
    this.#limit = limit;
    this.begin();
  }

  /**
   * The total space. Every file takes whole blocks and one more for itself; a folder that the archive only
   * implies takes a block too.
   */
  get space(): number {
    return this.#space;
  }

  get largestFile(): number {
    return this.#largestFile;
  }

  /** Begins an archive. It must be called before the archive's first byte. */
  begin(): void {
    this.#read = 0;
    this.#skip = 0;
    this.#longName = undefined;
    this.#extension = {};
    this.#expect(recordSize, this.#header);
  }

  /**
   * Adds a chunk of the archive.
   * @throws TarTooLargeError, and RangeError if it is not an archive
   */
  add(part: Buffer): void {
    this.#read += part.length;
    if (this.#read > this.#limit) throw new TarTooLargeError('it is too long');
    for (let at = 0; at < part.length;) {
      const skipped = Math.min(this.#skip, part.length - at);
      this.#skip -= skipped;
      at += skipped;
      const taken = part.copy(this.#record, this.#filled, at);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#record.length) this.#take(this.#record);
    }
  }

  /** Collects the next record, and passes it on when it is complete. */
  #expect(length: number, take: (record: Buffer) => void): void {
    if (this.#record.length !== length) this.#record = Buffer.alloc(length);
    this.#filled = 0;
    this.#take = take;
  }

  readonly #header = (record: Buffer): void => {
    if (isZero(record)) return this.#expect(recordSize, this.#end);
    this.#expect(recordSize, this.#header);
    const { type, path, size, realSize, hasMore } = parseTarHeader(record);
    if (type === 'x') return this.#extended(size, (content) => (this.#extension = parsePax(content)));
    if (type === 'L')
      return this.#extended(size, (content) => (this.#longName = textAt(content, 0, content.length)));
    // Neither global headers nor the targets of links change how Go reads the rest.
    if (type === 'g' || type === 'K') return this.#extended(size, () => undefined);
    const extension = this.#extension;
    const wholePath = this.#longName ?? extension.path ?? path;
    this.#longName = undefined;
    this.#extension = {};
    this.#entry({
      ...{ type, path: wholePath, hasMore, size: extension.size ?? size },
      realSize: Math.max(realSize, extension.realSize ?? 0),
    });
  };

  readonly #end = (record: Buffer): void => {
    if (!isZero(record)) throw new RangeError('there is data after a single record of zeros');
    this.#skip = Infinity;
    this.#filled = 0;
  };

  #extended(size: number, use: (content: Buffer) => void): void {
    if (size > longestExtension) throw new RangeError('an extended header is too long');
    if (size === 0) return use(Buffer.alloc(0));
    this.#expect(padded(size, recordSize), (content) => {
      this.#expect(recordSize, this.#header);
      use(content.subarray(0, size));
    });
  }

  #entry({ type, path, size, realSize, hasMore }: ReturnType<typeof parseTarHeader>): void {
    if (type === '\0' && path.endsWith('/') && size > 0)
      throw new RangeError('an entry that may be a directory has content');
    const isBare = /[1-6]/.test(type); // links, devices, folders and pipes
    this.#count(path, { isFolder: type === '5', size: isBare ? 0 : Math.max(size, realSize) });
    const stored = isBare ? 0 : padded(size, recordSize);
    if (hasMore) this.#expect(recordSize, (record) => this.#holes(record, stored));
    else this.#skip = stored;
  }

  /** Old GNU archives list holes in records between a file's header and its content. */
  #holes(record: Buffer, stored: number): void {
    if (record[504] !== 0) return this.#expect(recordSize, (next) => this.#holes(next, stored));
    this.#expect(recordSize, this.#header);
    this.#skip = stored;
  }

  #count(path: string, { isFolder, size }: { readonly isFolder: boolean; readonly size: number }): void {
    if (path.split('/').length > deepest)
      throw new RangeError(`a path is more than ${deepest} directories deep`);
    const whole = posix.resolve('/', path);
    for (let dir = posix.dirname(whole); dir !== '/' && !this.#known.has(dir); dir = posix.dirname(dir)) {
      this.#remember(dir);
      this.#spend(blockSize);
    }
    if (isFolder) this.#remember(whole);
    this.#largestFile = Math.max(this.#largestFile, size);
    this.#spend(blockSize + padded(size, blockSize));
  }

  #remember(dir: string): void {
    this.#knownLength += dir.length;
    if (this.#knownLength > longestMemory) {
      this.#known.clear();
      this.#knownLength = dir.length;
    }
    this.#known.add(dir);
  }

  #spend(space: number): void {
    this.#space += space;
    if (this.#space > this.#limit) throw new TarTooLargeError('its files are too large');
  }
}

const padded = (size: number, to: number): number => Math.ceil(size / to) * to;
