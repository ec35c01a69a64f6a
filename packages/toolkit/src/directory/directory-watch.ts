import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const settleMs = 50;

/**
 * Calls `changed` soon after anything below `path` has changed, until `signal` aborts. The callback does not
 * learn what changed and looks for itself, so no event can be misread. A new folder is read again once it is
 * watched, so that files created before that are not missed.
 */
export async function watchDirectory(path: string, changed: () => void, signal: AbortSignal): Promise<void> {
  const watchers = new Map<string, FSWatcher>();
  let woken = Promise.withResolvers<void>();
  const wake = (): void => woken.resolve();
  signal.addEventListener('abort', wake, { once: true });
  try {
    while (!signal.aborted) {
      let isStable = false;
      while (!isStable) isStable = !watchNew(path, watchers, wake);
      changed();
      await woken.promise;
      woken = Promise.withResolvers<void>();
      // A burst of events counts as one change. Events during the wait wake the loop again.
      await delay(settleMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    for (const watcher of watchers.values()) watcher.close();
  }
}

/**
 * Watches the folders that are not watched yet, and drops the watchers of folders that are gone. Returns
 * whether there were new ones.
 */
function watchNew(path: string, watchers: Map<string, FSWatcher>, wake: () => void): boolean {
  const folders = new Set(foldersBelow(path));
  for (const [folder, watcher] of watchers) {
    if (folders.has(folder)) continue;
    watcher.close();
    watchers.delete(folder);
  }
  let isNew = false;
  for (const folder of folders) {
    if (watchers.has(folder)) continue;
    try {
      const watcher = watch(folder);
      const forget = (): void => {
        watcher.close();
        watchers.delete(folder);
        wake();
      };
      watcher.on('error', forget);
      // A folder that is removed and created again has the same name, but is another folder.
      watcher.on('change', (event, name) => {
        if (event === 'rename') dropBelow(watchers, join(folder, String(name)));
        wake();
      });
      watchers.set(folder, watcher);
      isNew = true;
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
    }
  }
  return isNew;
}

/** Drops the watchers at and below a path. A name that appeared, vanished or moved is now another folder. */
function dropBelow(watchers: Map<string, FSWatcher>, path: string): void {
  for (const [folder, watcher] of watchers) {
    if (folder !== path && !folder.startsWith(`${path}/`)) continue;
    watcher.close();
    watchers.delete(folder);
  }
}

function foldersBelow(path: string): readonly string[] {
  try {
    const below = readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .flatMap(({ name }) => foldersBelow(join(path, name)));
    return [path, ...below];
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw failure;
  }
}
