import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The time in milliseconds after which a change is seen that inotify does not report, as on some network file
 * systems.
 */
const pollMs = 1_000;

/** Reports when a file or one beside it whose name begins with its name changes, whichever process did it. */
export class FileChange implements Disposable {
  readonly #watcher;
  #pending = Promise.withResolvers<void>();

  constructor(path: string) {
    this.#watcher = watch(dirname(path), (_event, file) => {
      if (file?.startsWith(basename(path))) this.#pending.resolve();
    });
    this.#watcher.on('error', () => this.#pending.resolve());
  }

  /** Resolves at the next change, after a while without one, or when `signal` aborts. */
  next(signal: AbortSignal): Promise<void> {
    this.#pending = Promise.withResolvers<void>();
    const timeout = delay(pollMs, undefined, { signal, ref: true }).catch(() => {});
    return Promise.race([this.#pending.promise, timeout]);
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }
}
