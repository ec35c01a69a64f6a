import { join } from 'node:path';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';

/** A file in a folder, which is made when it is first needed. */
export interface OwnFile {
  readonly dir: string;
  readonly name: string;
  readonly make: () => string | Promise<string>;
}

/**
 * Returns the content of a secret file, which is made if it is not there. Of several processes that need it at
 * once, one makes it.
 */
export async function readOrMake({ dir, name, make }: OwnFile, signal: AbortSignal): Promise<string> {
  const path = join(dir, name);
  using _lock = await acquireLock(dir, name.replaceAll('.', '-'), signal);
  const known = await textOfFile(path);
  if (known !== undefined) return known;
  const made = await make();
  await replaceFile(path, made, 0o600);
  return made;
}
