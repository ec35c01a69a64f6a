import { chmod, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';

export interface Ext4FileRequest {
  readonly path: string;
  readonly size: Bytes;
  /** The label, of which up to 16 characters are kept. */
  readonly label: string;
  readonly mode: number;
}

/** Creates a sparse file with an empty ext4. It appears whole or not at all. */
export async function createExt4File(
  request: Ext4FileRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const draft = `${request.path}.ignite-draft`; // the folder may be somebody's, but nobody has a file of this name
  await rm(draft, { force: true });
  try {
    await writeFile(draft, '', { flag: 'wx', mode: 0o600 });
    await truncate(draft, request.size);
    const options = ['-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', '-m', '0'];
    const args = ['-q', '-F', '-t', 'ext4', ...options, '-L', request.label.slice(0, 16), draft];
    await runner.run({ tool: 'mke2fs', args }, signal);
    // Databases refuse a data folder that is not empty. e2fsck creates lost+found again if it needs it.
    await runner.run({ tool: 'debugfs', args: ['-w', '-R', 'rmdir lost+found', draft] }, signal);
    await chmod(draft, request.mode);
    await rename(draft, request.path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
}

/** Grows a file; it is never shrunk. The guest grows the file system when it mounts it. */
export async function growFile(path: string, size: Bytes): Promise<void> {
  if ((await stat(path)).size < size) await truncate(path, size);
}
