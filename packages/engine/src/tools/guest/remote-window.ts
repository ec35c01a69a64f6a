import type { WindowSize } from '@ignite/api/client/vm-streams';
import { terminalVariable } from './remote-line.ts';

/**
 * Gives a terminal in a guest new sizes, one after the other. Those that are out of date before they could be told are
 * left out.
 */
export class RemoteWindow {
  readonly #tell: (size: WindowSize) => Promise<void>;
  #wanted: WindowSize | undefined;
  #isTelling = false;

  /** @param tell resolves once the guest has been told, or cannot be */
  constructor(tell: (size: WindowSize) => Promise<void>) {
    this.#tell = tell;
  }

  resize(size: WindowSize): void {
    this.#wanted = size;
    if (!this.#isTelling) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isTelling = true;
    for (let size = this.#wanted; size; size = this.#wanted) {
      this.#wanted = undefined;
      await this.#tell(size);
    }
    this.#isTelling = false;
  }
}

/**
 * Pure. Returns a line that sets the size of a terminal which is known by its name. SSH tells the guest only the size of
 * a terminal of its own. The kernel of the guest tells the programs at the terminal.
 */
export const resizingLine = (terminal: string, { rows, columns }: WindowSize): string =>
  `for each in /proc/[0-9]*; do grep -qs ${terminalVariable}=${terminal} "$each/environ" || continue; stty rows ${rows} cols ${columns} <"$each/fd/0" 2>/dev/null && break; done`;
