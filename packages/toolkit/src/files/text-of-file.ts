import { readFile } from 'node:fs/promises';
import { undefinedIfGone } from './text-of-file-sync.ts';

/** Returns the text of a file; `undefined` if there is no such file. */
export async function textOfFile(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(undefinedIfGone);
}
