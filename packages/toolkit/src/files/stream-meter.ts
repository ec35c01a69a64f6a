import { type Hash, createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** The size of the pieces in which large files are best read. */
export const pieceSize = 2 ** 20;

/** Counts what passes and computes its SHA-256. If there is a limit, the stream fails beyond it with what `tooLarge` returns. */
export class StreamMeter extends Transform {
  readonly #hash: Hash = createHash('sha256');
  readonly #limit: number;
  readonly #tooLarge: (limit: number) => Error;
  size = 0;

  constructor(limit = Infinity, tooLarge: (limit: number) => Error = beyond) {
    super({ highWaterMark: pieceSize });
    this.#limit = limit;
    this.#tooLarge = tooLarge;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += piece.length;
    if (this.size > this.#limit) return done(this.#tooLarge(this.#limit));
    this.#hash.update(piece);
    done(null, piece);
  }

  /** Returns the digest of all that has passed, in hexadecimal; nothing may pass any more. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

const beyond = (limit: number): Error => new RangeError(`there are more than ${limit} bytes`);
