import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Returns the text of a file; `undefined` if there is no such file. */
export async function textOfFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    return undefinedIfGone(failure);
  }
}

/** As `textOfFile`, for those who cannot wait. */
export function textOfFileSync(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (failure) {
    return undefinedIfGone(failure);
  }
}

function undefinedIfGone(failure: unknown): undefined {
  if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
}
