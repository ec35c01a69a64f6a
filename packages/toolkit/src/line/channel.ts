import { Readable, Writable } from 'node:stream';

/** The most bytes of a channel that are under way or not read yet. The sender waits until some were taken. */
const windowBytes = 1_048_576;
/** The most bytes of a channel in one message. */
const frameBytes = 65_536;

/** Pure. Returns the message that carries bytes of a channel. Without bytes, it is the end of the channel. */
const frame = (channel: number, part: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(channel), part]);

type WriteDone = (failure?: Error | null) => void;

/** Sends what is written to it as messages of a channel, no faster than the other side takes it. */
export class OutgoingChannel extends Writable {
  readonly #send: (part: Uint8Array) => void;
  #window = windowBytes;
  /** What is left of a write for which the window is too small. */
  #waiting: { readonly resume: () => void; readonly done: WriteDone } | undefined;

  constructor(channel: number, send: (message: Uint8Array) => void) {
    super({ highWaterMark: frameBytes });
    this.#send = (part) => send(frame(channel, part));
  }

  /** To be called when the other side has taken bytes. Returns whether so many were under way. */
  taken(bytes: number): boolean {
    if (this.#window + bytes > windowBytes) return false;
    this.#window += bytes;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resume();
    return true;
  }

  override _write(part: Buffer, _encoding: BufferEncoding, done: WriteDone): void {
    let at = 0;
    const resume = (): void => {
      while (at < part.length && this.#window > 0) {
        const end = Math.min(part.length, at + Math.min(frameBytes, this.#window));
        this.#window -= end - at;
        this.#send(part.subarray(at, end));
        at = end;
      }
      if (at < part.length) this.#waiting = { resume, done };
      else done();
    };
    resume();
  }

  override _final(done: () => void): void {
    this.#send(Buffer.of());
    done();
  }

  /** A write that waits would wait for ever. */
  override _destroy(failure: Error | null, done: (failure: Error | null) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    done(failure);
    waiting?.done(failure ?? new Error('the channel was closed'));
  }
}

/** What comes in on a channel. */
export class IncomingChannel extends Readable {
  readonly #onTaken: (bytes: number) => void;
  #parts: Buffer[] = [];
  #size = 0;
  #isWanted = false;
  #hasEnded = false;

  constructor(onTaken: (bytes: number) => void) {
    super({ highWaterMark: frameBytes });
    this.#onTaken = onTaken;
  }

  /** Returns whether the sender has kept to the window. */
  receive(part: Buffer): boolean {
    if (this.#hasEnded) return part.length === 0;
    if (part.length === 0) this.#hasEnded = true;
    else this.#parts.push(part);
    this.#size += part.length;
    this.#pass();
    return this.#size <= windowBytes;
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pass();
  }

  #pass(): void {
    while (this.#isWanted) {
      const part = this.#parts.shift();
      if (!part) {
        if (this.#hasEnded) this.#isWanted = this.push(null);
        return;
      }
      this.#size -= part.length;
      this.#onTaken(part.length);
      this.#isWanted = this.push(part);
    }
  }
}
