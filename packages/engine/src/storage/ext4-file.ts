import { chmod, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';

export interface Ext4FileRequest {
  readonly path: string;
  readonly size: Bytes;
  /** At most 16 characters of it are kept. */
  readonly label: string;
  readonly mode: number;
}

/** Makes a sparse file with an empty ext4. It is there whole or not at all. */
export async function createExt4File(
  request: Ext4FileRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = `${request.path}.ignite-draft`; // the folder may be somebody's: nobody has such a file
  await rm(draft, { force: true });
  try {
    await writeFile(draft, '', { flag: 'wx', mode: 0o600 });
    await truncate(draft, request.size);
    const options = ['-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', '-m', '0'];
    const args = ['-q', '-F', '-t', 'ext4', ...options, '-L', request.label.slice(0, 16), draft];
    await runner.run({ tool: 'mke2fs', args }, signal);
    // Databases refuse a data folder that is not empty; e2fsck makes this one again if ever it needs it.
    await runner.run({ tool: 'debugfs', args: ['-w', '-R', 'rmdir lost+found', draft] }, signal);
    await chmod(draft, request.mode);
    await rename(draft, request.path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
}

/** Gives a file more room at its end; the guest grows the file system into it when it mounts it. Never takes any. */
export async function growFile(path: string, size: Bytes): Promise<void> {
  if ((await stat(path)).size < size) await truncate(path, size);
}
