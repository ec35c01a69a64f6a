import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * The time in milliseconds after which a change is seen that inotify does not report, as on some network file
 * systems.
 */
const pollMs = 1_000;
/** SQLite writes its log before the index of that, so that the first look may come too early. */
const secondLookMs = 20;

export interface LookoutOptions {
  /** The file that changes, or others whose names begin with its name. */
  readonly path: string;
  /** Looks for something new, and tells whether there is. */
  readonly look: () => boolean;
  /** Is called now and then, after a look. */
  readonly pause: () => void;
}

/** Looks for what others have written to a file, until it is disposed of. */
export class FileLookout implements Disposable {
  readonly #options: LookoutOptions;
  readonly #watcher: FSWatcher;
  readonly #poll: NodeJS.Timeout;
  #secondLook: NodeJS.Timeout | undefined;

  constructor(options: LookoutOptions) {
    const { path, look, pause } = options;
    this.#options = options;
    const name = basename(path);
    this.#watcher = watch(dirname(path), (_event, file) => {
      if (file?.startsWith(name)) this.#lookTwice();
    });
    this.#watcher.on('error', () => this.#lookTwice());
    this.#poll = setInterval(() => {
      look();
      pause();
    }, pollMs);
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
    clearInterval(this.#poll);
    clearTimeout(this.#secondLook);
  }

  #lookTwice(): void {
    const { look } = this.#options;
    if (look()) return;
    this.#secondLook ??= setTimeout(() => {
      this.#secondLook = undefined;
      look();
    }, secondLookMs);
  }
}
