import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OpenFolder } from './open-folder.ts';
import { assertOwnFolder } from './own-folder.ts';

export interface Workspace extends AsyncDisposable {
  readonly path: string;
}

/**
 * Creates a private folder to work in below
 * `parent`, which is removed when disposed. A workspace that a killed process left is removed first, so the caller must hold a lock that allows one workspace of this `prefix`
 * at a time.
 * @throws CodedError FOLDER_UNSAFE if others could redirect the removal
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
  // Tools that were killed with the previous process may have children that are still ending.
  const options = { recursive: true, force: true, maxRetries: 10 };
  try {
    await rm(path, options);
  } catch (failure) {
    // A stranger's archive may be deeper than the longest path.
    if ((failure as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') throw failure;
    await using folder = await OpenFolder.at(path);
    await folder.clear();
    await rm(path, options);
  }
}
