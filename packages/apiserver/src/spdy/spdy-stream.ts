import { Duplex } from 'node:stream';
import { resetReasons } from './frame.ts';
import type { Headers } from './header-inflater.ts';
import { dataFrame, resetFrame } from './write-frames.ts';

/** Sends a frame, and resolves once the connection has taken it. */
export type SendFrame = (frame: Buffer) => Promise<void>;

/** The bytes that are kept of a stream that nobody reads before its whole connection has to wait. */
const highWaterMark = 256 * 2 ** 10;
/** Longer writes are sent in several frames, so that other streams get their turn. */
const longestData = 64 * 2 ** 10;

/** One of the streams of a connection. Each of its two directions ends on its own. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Headers;
  readonly #send: SendFrame;
  #wanted: (() => void) | undefined;
  #isGivenUp = false;

  constructor(id: number, headers: Headers, send: SendFrame) {
    super({ readableHighWaterMark: highWaterMark });
    this.id = id;
    this.headers = headers;
    this.#send = send;
    // Of a stream that breaks, its readers and writers are told.
    this.on('error', () => {});
  }

  /** Takes bytes that have come, and resolves once there is room for more. */
  async receive(bytes: Buffer): Promise<void> {
    if (this.destroyed || this.readableEnded || bytes.length === 0 || this.push(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#wanted = resolve;
    });
  }

  /** Nothing more will come. */
  receiveEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  /** Whether the client has given up the stream, as clients do that have all that they want. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** The client has given up the stream. */
  receiveReset(): void {
    this.#isGivenUp = true;
    this.destroy();
  }

  override _read(): void {
    this.#wanted?.();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (failure?: Error) => void): void {
    this.#sendAll(bytes).then(() => done(), done);
  }

  override _final(done: (failure?: Error) => void): void {
    this.#send(dataFrame(this.id, Buffer.alloc(0), true)).then(() => done(), done);
  }

  override _destroy(failure: Error | null, done: (failure: Error | null) => void): void {
    this.#wanted?.();
    if (!this.#isGivenUp && !(this.readableEnded && this.writableFinished))
      this.#send(resetFrame(this.id, resetReasons.cancelled)).catch(() => {}); // a broken connection has no streams
    done(failure);
  }

  async #sendAll(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += longestData)
      await this.#send(dataFrame(this.id, bytes.subarray(at, at + longestData), false));
  }
}
