import { readFileSync } from 'node:fs';

/** Returns the text of a file; `undefined` if there is no such file. For listings, and others who cannot wait. */
export function textOfFileSync(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (failure) {
    return undefinedIfGone(failure);
  }
}

export function undefinedIfGone(failure: unknown): undefined {
  if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
}
