import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OpenFolder } from './open-folder.ts';
import { assertOwnFolder } from './own-folder.ts';

export interface Workspace extends AsyncDisposable {
  readonly path: string;
}

/**
 * A folder to work in below `parent`, for our eyes alone, and gone when disposed. What a predecessor left that was
 * killed is removed, so the caller holds a lock that allows one workspace of this `prefix` at a time.
 * @throws CodedError FOLDER_UNSAFE where others could put what is removed there
 */
export async function openWorkspace(parent: string, prefix: string): Promise<Workspace> {
  await mkdir(parent, { recursive: true, mode: 0o711 });
  assertOwnFolder(parent, await stat(parent));
  const left = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  await Promise.all(left.map((name) => remove(join(parent, name))));
  const path = await mkdtemp(join(parent, prefix));
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}

async function remove(path: string): Promise<void> {
  // Tools that were killed with the predecessor may have children that are still ending.
  const options = { recursive: true, force: true, maxRetries: 10 };
  try {
    await rm(path, options);
  } catch (failure) {
    // What a stranger has packed may be deeper than a path can be long.
    if ((failure as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') throw failure;
    await using folder = await OpenFolder.at(path);
    await folder.clear();
    await rm(path, options);
  }
}
