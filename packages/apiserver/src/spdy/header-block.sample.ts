import { type Deflate, constants, createDeflate } from 'node:zlib';
import { headerDictionary } from './dictionary.ts';

/** Compresses the headers of a connection, as clients do. */
export function headerDeflater(): (headers: Readonly<Record<string, string>>) => Promise<Buffer> {
  const deflate: Deflate = createDeflate({ dictionary: headerDictionary, flush: constants.Z_SYNC_FLUSH });
  return async (headers) => {
    const entries = Object.entries(headers);
    const block = [number(entries.length), ...entries.flat().flatMap((each) => [number(each.length), each])];
    const written: Buffer[] = [];
    const keep = (bytes: Buffer): void => void written.push(bytes);
    deflate.on('data', keep);
    await new Promise<void>((resolve) =>
      deflate.write(Buffer.concat(block.map((each) => Buffer.from(each))), () => resolve()),
    );
    deflate.off('data', keep);
    return Buffer.concat(written);
  };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
