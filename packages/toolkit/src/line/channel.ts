import { Readable, Writable } from 'node:stream';

/** The most bytes of a channel that are under way or not read yet. The sender waits until some were taken. */
const windowBytes = 1_048_576;
/** The most bytes of a channel in one message. */
const frameBytes = 65_536;

/** Pure. Returns the message that carries bytes of a channel. Without bytes, it is the end of the channel. */
const frame = (channel: number, part: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(channel), part]);

/** Sends what is written to it as messages of a channel, no faster than the other side takes it. */
export class OutgoingChannel extends Writable {
  readonly #send: (part: Uint8Array) => void;
  #window = windowBytes;
  #resume: (() => void) | undefined;

  constructor(channel: number, send: (message: Uint8Array) => void) {
    super({ highWaterMark: frameBytes });
    this.#send = (part) => send(frame(channel, part));
  }

  /** To be called when the other side has taken bytes. */
  taken(bytes: number): void {
    this.#window += bytes;
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    let at = 0;
    const sendSome = (): void => {
      while (at < part.length && this.#window > 0) {
        const end = Math.min(part.length, at + Math.min(frameBytes, this.#window));
        this.#window -= end - at;
        this.#send(part.subarray(at, end));
        at = end;
      }
      if (at < part.length) this.#resume = sendSome;
      else done();
    };
    sendSome();
  }

  override _final(done: () => void): void {
    this.#send(Buffer.of());
    done();
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
