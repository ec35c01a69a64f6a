import { type Inflate, createInflate } from 'node:zlib';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { headerDictionary } from './dictionary.ts';

/** The headers of a stream by their names, which are in lower case. */
export type Headers = ReadonlyMap<string, string>;

/** The most bytes of the headers of one stream. */
const longestBlock = 16 * 2 ** 10;

/** Reads the compressed headers of a connection, in the order in which they came. */
export class HeaderInflater implements Disposable {
  readonly #inflate: Inflate = createInflate({ dictionary: headerDictionary });
  #inflated: Buffer[] = [];

  constructor() {
    this.#inflate.on('data', (bytes: Buffer) => {
      this.#inflated.push(bytes);
      if (this.#length > longestBlock) this.#inflate.destroy(badRequest('SPDY: headers are too long'));
    });
  }

  /** @throws ObjectError BAD_REQUEST for what are no headers, or too many. */
  async read(block: Buffer): Promise<Headers> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#inflate.once('error', reject);
    this.#inflate.write(block, (failure) => (failure ? reject(failure) : resolve()));
    await promise.catch((failure: unknown) => {
      throw badRequest('SPDY: headers cannot be read', failure);
    });
    this.#inflate.off('error', reject);
    const bytes = Buffer.concat(this.#inflated);
    this.#inflated = [];
    return headersIn(bytes);
  }

  [Symbol.dispose](): void {
    this.#inflate.on('error', () => {}).destroy();
  }

  get #length(): number {
    return this.#inflated.reduce((sum, { length }) => sum + length, 0);
  }
}

/** Pure. */
function headersIn(block: Buffer): Headers {
  const headers = new Map<string, string>();
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw badRequest('SPDY: headers are cut off');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const end = number() + at;
    if (end > block.length) throw badRequest('SPDY: headers are cut off');
    const value = block.toString('utf8', at, end);
    at = end;
    return value;
  };
  for (let left = number(); left > 0; left -= 1) headers.set(text(), text());
  return headers;
}
