import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';

/** The size of a block, of which a file system leaves out those that were never written. */
const blockSize = 4_096;
const zeros = Buffer.alloc(blockSize);

/**
 * Returns a stream that writes a new file, which takes no space for its blocks of zeros, and is on the disk when the
 * stream has finished.
 */
export function createSparseFile(path: string, mode: number): Writable {
  let file: FileHandle;
  let size = 0;
  const write = async (piece: Buffer): Promise<void> => {
    for (const { start, end } of dataIn(piece, size))
      await writeAll(file, piece.subarray(start, end), size + start);
    size += piece.length;
  };
  const settle = (work: Promise<unknown>, done: (failure?: Error | null) => void): void =>
    void work.then(
      () => done(),
      (failure: Error) => done(failure),
    );
  return new Writable({
    highWaterMark: 2 ** 20,
    construct: (done) =>
      settle(
        open(path, 'wx', mode).then((opened) => (file = opened)),
        done,
      ),
    write: (piece: Buffer, _encoding, done) => settle(write(piece), done),
    final: (done) =>
      settle(
        file.truncate(size).then(() => file.sync()),
        done,
      ),
    destroy: (failure, done) =>
      settle((file as FileHandle | undefined)?.close() ?? Promise.resolve(), (other) =>
        done(failure ?? other),
      ),
  });
}

/**
 * Pure. Returns the parts of a piece that are not blocks of zeros, where the piece begins at `at` in its file. Neighbouring blocks are
 * one part.
 */
export function dataIn(
  piece: Buffer,
  at: number,
): readonly { readonly start: number; readonly end: number }[] {
  const parts: { start: number; end: number }[] = [];
  for (let start = 0; start < piece.length;) {
    const end = Math.min(piece.length, start + blockSize - ((at + start) % blockSize));
    const last = parts.at(-1);
    if (!piece.subarray(start, end).equals(zeros.subarray(0, end - start))) {
      if (last?.end === start) last.end = end;
      else parts.push({ start, end });
    }
    start = end;
  }
  return parts;
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}
