import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { uncopyableFile } from '../errors.ts';

export interface CopiedFile {
  /** The absolute path in the guest. */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** The limit of the total size, because the files pass through the guest's memory. */
const totalLimit = 256 * 2 ** 20;
const tooMuch = (): RangeError => new RangeError('more than 256 MB in total');

/**
 * Reads the files, and the files in folders, that are copied into a guest.
 * @throws CodedError COPY_FILE_INVALID
 */
export async function readCopiedFiles(
  copies: readonly { readonly hostPath: string; readonly vmPath: string }[],
): Promise<readonly CopiedFile[]> {
  const files: CopiedFile[] = [];
  let total = 0;
  for (const copy of copies) {
    for await (const file of readTree(copy.hostPath, copy.vmPath)) {
      total += file.content.length;
      if (total > totalLimit) throw uncopyableFile(copy.hostPath, tooMuch());
      files.push(file);
    }
  }
  return files;
}

async function* readTree(hostPath: string, vmPath: string): AsyncGenerator<CopiedFile> {
  try {
    const found = await stat(hostPath);
    if (!found.isDirectory()) {
      if (!found.isFile()) throw new TypeError('neither a file nor a directory');
      if (found.size > totalLimit) throw tooMuch(); // refused before it fills this process's memory
      yield { path: vmPath, mode: found.mode & 0o7777, content: await readFile(hostPath) };
      return;
    }
    for (const name of (await readdir(hostPath)).sort())
      yield* readTree(join(hostPath, name), join(vmPath, name));
  } catch (failure) {
    throw failure instanceof CodedError ? failure : uncopyableFile(hostPath, failure);
  }
}
