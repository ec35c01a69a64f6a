import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, layoutDir, locksDir } from '../host/paths.ts';

/** Of a layout, which skopeo and umoci write where they stand: one that is killed meanwhile leaves half a file. */
const rewrittenFiles = ['index.json', 'oci-layout'];

/**
 * Waits until nobody else works in the shared layout: its tools rewrite its index, so only one may. What a tool that was
 * killed has left half-written is then as it was before that tool.
 */
export async function lockLayout(paths: Paths, signal: AbortSignal): Promise<Disposable> {
  const lock = await acquireLock(locksDir(paths), 'oci-layout', signal);
  try {
    for (const name of rewrittenFiles) await keepWhole(layoutDir(paths), name);
    return lock;
  } catch (failure) {
    lock[Symbol.dispose]();
    throw failure;
  }
}

async function keepWhole(layout: string, name: string): Promise<void> {
  const [path, kept] = [join(layout, name), join(layout, `.${name}.whole`)];
  const [now, before] = await Promise.all([path, kept].map(textOf));
  if (now === undefined || now === before) return;
  if (isJson(now)) await replaceFile(kept, now, 0o644);
  else if (before !== undefined) await replaceFile(path, before, 0o644);
  else await rm(path);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
