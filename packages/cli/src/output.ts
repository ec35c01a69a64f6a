import { writeSync } from 'node:fs';
import type { Writer } from './io.ts';
import { escaped } from '@ignite/toolkit/text/printable';

/** Standard output or error, written to straight away: to make Node's own stream takes longer than to list VMs. */
export class Output implements Writer {
  readonly #fd: 1 | 2;
  readonly #stream: () => NodeJS.WritableStream;
  #isSlow = false;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
    this.#stream = () => (fd === 1 ? process.stdout : process.stderr);
  }

  write(part: string | Uint8Array): void {
    let rest = typeof part === 'string' ? Buffer.from(escaped(part)) : part;
    try {
      while (rest.length > 0 && !this.#isSlow) rest = rest.subarray(writeSync(this.#fd, rest));
    } catch (failure) {
      this.#onFailure(failure as NodeJS.ErrnoException);
    }
    if (this.#isSlow && rest.length > 0) this.#stream().write(rest);
  }

  readonly #onFailure = (failure: NodeJS.ErrnoException): void => {
    if (failure.code === 'EAGAIN' && !this.#isSlow) {
      this.#isSlow = true; // someone made the pipe non-blocking: Node's stream waits its turn
      this.#stream().on('error', this.#onFailure);
    } else if (!hasReaderGone(failure)) throw failure;
    else if (this.#fd === 1) process.exit(0); // whoever read us has seen enough
  };
}

/** A socket whose reader has left something unread is reset. */
const hasReaderGone = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'ECONNRESET';
