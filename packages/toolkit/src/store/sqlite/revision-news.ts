import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * The time in milliseconds after which a revision is seen that inotify does not report, as on some network file
 * systems.
 */
const pollMs = 1_000;
/** SQLite writes its log before the index of that, so that the first look may come too early. */
const secondLookMs = 20;

/** What looks for new revisions while somebody waits for them. */
interface Lookout {
  readonly watcher: FSWatcher;
  readonly poll: NodeJS.Timeout;
}

/**
 * Tells all who watch a store of its new revisions, whichever process made them. The files of the store are looked
 * at once for all of them.
 */
export class RevisionNews implements Disposable {
  readonly #path: string;
  readonly #read: () => number;
  readonly #waiting = new Set<PromiseWithResolvers<void>>();
  #members = 0;
  #revision = 0;
  #lookout: Lookout | undefined;
  #secondLook: NodeJS.Timeout | undefined;

  /** @param read returns the revision that the store has */
  constructor(path: string, read: () => number) {
    this.#path = path;
    this.#read = read;
  }

  /** The newest revision that is known, for those who have joined. */
  get revision(): number {
    return this.#revision;
  }

  /** Looks for news until what is returned is disposed of. */
  join(): Disposable {
    this.#take(this.#read());
    this.#lookout ??= this.#begin();
    this.#members += 1;
    return { [Symbol.dispose]: () => this.#leave() };
  }

  /** Resolves when a newer revision than `seen` is known, or when `signal` aborts. Rejects if the store fails. */
  async after(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#revision > seen || signal.aborted) return;
    const news = Promise.withResolvers<void>();
    const onAbort = (): void => news.resolve();
    this.#waiting.add(news);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await news.promise;
    } finally {
      this.#waiting.delete(news);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Looks whether there is a new revision, if somebody wants to know, and tells whether there is. */
  look(): boolean {
    if (this.#members === 0) return false;
    try {
      return this.#take(this.#read());
    } catch (failure) {
      for (const { reject } of this.#waiting) reject(failure);
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.#members = 0;
    this.#end();
  }

  #take(revision: number): boolean {
    if (revision <= this.#revision) return false;
    this.#revision = revision;
    for (const { resolve } of this.#waiting) resolve();
    return true;
  }

  #begin(): Lookout {
    const name = basename(this.#path);
    const lookTwice = (): void => {
      if (!this.look()) this.#secondLook ??= setTimeout(() => this.#lookAgain(), secondLookMs);
    };
    const watcher = watch(dirname(this.#path), (_event, file) => {
      if (file?.startsWith(name)) lookTwice();
    });
    watcher.on('error', lookTwice);
    return { watcher, poll: setInterval(() => this.look(), pollMs) };
  }

  #lookAgain(): void {
    this.#secondLook = undefined;
    this.look();
  }

  #leave(): void {
    this.#members = Math.max(0, this.#members - 1);
    if (this.#members === 0) this.#end();
  }

  #end(): void {
    this.#lookout?.watcher.close();
    clearInterval(this.#lookout?.poll);
    this.#lookout = undefined;
    clearTimeout(this.#secondLook);
    this.#secondLook = undefined;
  }
}
