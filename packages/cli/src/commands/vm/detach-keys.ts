const ctrlP = 0x10;
const ctrlQ = 0x11;

/** Detects ^P^Q in typed input, even if the two keys arrive separately. */
export class DetachKeys {
  #last = 0;

  areIn(typed: Uint8Array): boolean {
    for (const byte of typed) {
      if (this.#last === ctrlP && byte === ctrlQ) return true;
      this.#last = byte;
    }
    return false;
  }
}
