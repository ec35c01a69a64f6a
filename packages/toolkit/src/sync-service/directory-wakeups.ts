import { errorText } from '../errors/error-text.ts';
import type { WorkQueue } from '../controller/work-queue.ts';
import type { SyncObject } from '../sync/kinds.ts';
import type { Log } from '../log/log.ts';
import { watchDirectory } from '../directory/directory-watch.ts';

/** Wakes the Syncs of a folder when something in the folder changes. */
export class DirectoryWakeups implements Disposable {
  readonly #queue: WorkQueue;
  readonly #log: Log;
  readonly #watches = new Map<string, { readonly path: string; readonly stop: AbortController }>();

  constructor(queue: WorkQueue, log: Log) {
    this.#queue = queue;
    this.#log = log;
  }

  follow(key: string, sync: SyncObject | undefined, signal: AbortSignal): void {
    const path = sync && 'directory' in sync.spec.source ? sync.spec.source.directory : undefined;
    const known = this.#watches.get(key);
    if (known?.path === path) return;
    known?.stop.abort();
    this.#watches.delete(key);
    if (path === undefined) return;
    const stop = new AbortController();
    this.#watches.set(key, { path, stop });
    watchDirectory(path, () => this.#queue.add(key), AbortSignal.any([signal, stop.signal])).catch(
      (failure: unknown) =>
        this.#log('warning', 'cannot watch the directory; polling it instead', {
          path,
          error: errorText(failure),
        }),
    );
  }

  [Symbol.dispose](): void {
    for (const { stop } of this.#watches.values()) stop.abort();
  }
}
