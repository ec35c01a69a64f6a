import { timed } from './measure.ts';

/** Watches of one object that are open, until they are disposed of. */
export class OpenWatches implements AsyncDisposable {
  readonly #watches: readonly AsyncGenerator<string>[];
  readonly #stop: AbortController;

  private constructor(watches: readonly AsyncGenerator<string>[], stop: AbortController) {
    this.#watches = watches;
    this.#stop = stop;
  }

  /** Opens watches, which have begun when they have told what is there. */
  static async open(
    count: number,
    watch: (signal: AbortSignal) => AsyncGenerator<string>,
  ): Promise<OpenWatches> {
    const stop = new AbortController();
    const open = new OpenWatches(
      Array.from({ length: count }, () => watch(stop.signal)),
      stop,
    );
    await open.#read(1);
    return open;
  }

  /** Makes changes one after another, and returns the time until each watch has told all of them, in milliseconds. */
  async see(changes: number, change: () => Promise<unknown>): Promise<number> {
    return await timed(async () => {
      const all = this.#read(changes);
      for (let at = 0; at < changes; at += 1) await change();
      await all;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#watches.map(async (watch) => await watch.return(undefined)));
  }

  async #read(lines: number): Promise<void> {
    await Promise.all(
      this.#watches.map(async (watch) => {
        for (let at = 0; at < lines; at += 1) await watch.next();
      }),
    );
  }
}
