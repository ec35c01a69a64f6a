import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { TarMeter } from './tar-meter.ts';

/** What archives take once they are unpacked. */
export interface UnpackedSize {
  readonly space: Bytes;
  readonly largestFile: Bytes;
}

const leastLimit = 512 * 2 ** 20;
const mostExpansion = 16;
/** Large ones spare the main thread; a layer is read through twice as quickly. */
const chunkSize = 2 ** 18;

/** Pure. What an image may take that takes `packed` as it is stored: far more than any ordinary one does. */
export const unpackedLimit = (packed: Bytes, allowed?: Bytes): Bytes =>
  allowed ?? bytes(leastLimit + packed * mostExpansion);

/** With the bytes that a file begins with which is packed so. */
const packings = { plain: '', gzip: '1f8b', zstd: '28b52ffd', xz: 'fd377a585a00', bzip2: '425a68' } as const;
type Packing = keyof typeof packings;

export interface PackedArchive {
  readonly path: string;
  readonly packing: Packing;
}

/**
 * Measures archives that are unpacked one upon the other.
 * @throws TarTooLargeError as soon as they take more than `limit`, and RangeError or an error of zlib where one is damaged
 */
export async function measureArchives(
  archives: readonly PackedArchive[],
  limit: Bytes,
  signal: AbortSignal,
): Promise<UnpackedSize> {
  const meter = new TarMeter(limit);
  for (const archive of archives) {
    meter.begin();
    await readThrough(archive, meter, signal);
  }
  return { space: bytes(meter.space), largestFile: bytes(meter.largestFile) };
}

async function readThrough(
  { path, packing }: PackedArchive,
  meter: TarMeter,
  signal: AbortSignal,
): Promise<void> {
  const input = createReadStream(path, { highWaterMark: chunkSize });
  const output = new Writable({
    highWaterMark: chunkSize,
    write(part: Buffer, _encoding, done) {
      try {
        meter.add(part);
        done();
      } catch (failure) {
        done(failure as Error);
      }
    },
  });
  if (packing === 'plain') await pipeline(input, output, { signal });
  else if (packing === 'gzip') await pipeline(input, createGunzip({ chunkSize }), output, { signal });
  else if (packing === 'zstd') await pipeline(input, createZstdDecompress({ chunkSize }), output, { signal });
  else await runPipeline([{ tool: packing, args: ['-dc'] }], { input, output, endsOutput: true }, signal);
}

/** How a file is packed, by its first bytes. */
export async function packingOf(path: string): Promise<Packing> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
  const start = buffer.toString('hex', 0, bytesRead);
  const { plain: _plain, ...packed } = packings;
  return (Object.keys(packed) as Packing[]).find((name) => start.startsWith(packings[name])) ?? 'plain';
}

/** Whether an archive was at fault for it that it could not be measured. */
export const isDamage = (failure: unknown): boolean =>
  failure instanceof RangeError ||
  failure instanceof ToolFailedError ||
  /^(Z|ZSTD)_/.test((failure as NodeJS.ErrnoException).code ?? '');

/** Of what files are stored in. */
export async function storedSize(files: readonly string[]): Promise<Bytes> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return bytes(sizes.reduce((sum, size) => sum + size, 0));
}
