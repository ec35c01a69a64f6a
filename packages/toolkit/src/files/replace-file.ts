import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { namesIn } from './names-in.ts';

/** Readers see the old file or the new one, never half of either, and it survives a power cut. */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  // The leading dot keeps it from programs that watch the folder for files to read.
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.draft`);
  try {
    await writeDurably(draft, content, mode);
    await rename(draft, path);
  } catch (failure) {
    await rm(draft, { force: true });
    throw failure;
  }
  await using folder = await open(dirname(path));
  await folder.sync();
}

/** Removes what writers that were killed have left in a folder. The caller sees to it that no one writes there now. */
export async function clearDrafts(dir: string): Promise<void> {
  const drafts = (await namesIn(dir)).filter((name) => name.startsWith('.') && name.endsWith('.draft'));
  await Promise.all(drafts.map((name) => rm(join(dir, name), { force: true })));
}

async function writeDurably(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  await file.chmod(mode);
  await file.writeFile(content);
  await file.sync();
}
