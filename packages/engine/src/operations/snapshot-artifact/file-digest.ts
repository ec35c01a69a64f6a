import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StreamMeter, pieceSize } from '@ignite/toolkit/files/stream-meter';

/** Returns the SHA-256 of a file in hexadecimal. */
export async function fileDigest(path: string, signal: AbortSignal): Promise<string> {
  const meter = new StreamMeter();
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  await pipeline(createReadStream(path, { highWaterMark: pieceSize }), meter, nowhere, { signal });
  return meter.digest();
}
