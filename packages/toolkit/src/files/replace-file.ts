import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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

async function writeDurably(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  await file.chmod(mode);
  await file.writeFile(content);
  await file.sync();
}
