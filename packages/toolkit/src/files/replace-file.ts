import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { namesIn } from './names-in.ts';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Replaces a file atomically and durably: readers see the old file or the new one, and the new one survives a
 * power cut.
 * @param owner whose the new file is, if not the caller's
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner?: FileOwner,
): Promise<void> {
  // The leading dot hides the draft from programs that watch the folder for files to read.
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.draft`);
  try {
    await writeDurably(draft, content, mode, owner);
    await rename(draft, path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
  await using folder = await open(dirname(path));
  await folder.sync();
}

/**
 * Removes the drafts that killed writers left in a folder. The caller ensures that nobody is writing there.
 */
export async function clearDrafts(dir: string): Promise<void> {
  const drafts = (await namesIn(dir)).filter((name) => name.startsWith('.') && name.endsWith('.draft'));
  await Promise.all(drafts.map((name) => rm(join(dir, name), { force: true })));
}

async function writeDurably(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner: FileOwner | undefined,
): Promise<void> {
  await using file = await open(path, 'wx', mode);
  if (owner) await file.chown(owner.uid, owner.gid);
  await file.chmod(mode);
  await file.writeFile(content);
  await file.sync();
}
