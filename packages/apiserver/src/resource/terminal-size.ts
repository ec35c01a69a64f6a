import type { WindowSize } from '@ignite/api/client/vm-streams';

/** The size of a client's terminal, which changes. */
export class TerminalSize {
  #size: WindowSize | undefined;
  #listener: ((size: WindowSize) => void) | undefined;

  set(size: WindowSize): void {
    this.#size = size;
    this.#listener?.(size);
  }

  /** Tells the size that is known already, and each one that comes. There is one listener, the last. */
  follow(listener: (size: WindowSize) => void): void {
    this.#listener = listener;
    if (this.#size) listener(this.#size);
  }
}
