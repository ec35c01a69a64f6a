const lineFeed = 0x0a;
const endOfFile = 0x04;
const quoteNext = 0x16;
const del = 0x7f;
/** A terminal keeps 4095 bytes of a line (termios(3), "Canonical mode"). */
const mostOfLine = 4_000;

const isControl = (byte: number): boolean => (byte < 0x20 && byte !== lineFeed) || byte === del;

/**
 * Pure. Turns bytes into what is to be typed at a terminal in canonical mode so that its program reads just those bytes: what
 * the terminal would act upon is quoted by ^V, and ^D passes on a line that is too long for it, and ends the input.
 */
export class TypedInput {
  #unfinished = 0;

  type(bytes: Uint8Array): Buffer {
    const typed: number[] = [];
    for (const byte of bytes) {
      if (this.#unfinished === mostOfLine) {
        typed.push(endOfFile);
        this.#unfinished = 0;
      }
      if (isControl(byte)) typed.push(quoteNext);
      typed.push(byte);
      this.#unfinished = byte === lineFeed ? 0 : this.#unfinished + 1;
    }
    return Buffer.from(typed);
  }

  /** The end of the input: behind a line that has not ended the first ^D only passes that on. */
  end(): Buffer {
    return Buffer.from(this.#unfinished > 0 ? [endOfFile, endOfFile] : [endOfFile]);
  }
}
