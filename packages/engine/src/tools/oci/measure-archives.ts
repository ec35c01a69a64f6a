import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { TarMeter } from './tar-meter.ts';

/** The space that unpacked archives take. */
export interface UnpackedSize {
  readonly space: Bytes;
  readonly largestFile: Bytes;
}

const leastLimit = 512 * 2 ** 20;
const mostExpansion = 16;
/** Large chunks relieve the main thread; a layer is read twice as fast. */
const chunkSize = 2 ** 18;

/**
 * Pure. Returns the limit of the unpacked size of an image whose stored size is `packed`. It is far above
 * that of any ordinary image.
 */
export const unpackedLimit = (packed: Bytes, allowed?: Bytes): Bytes =>
  allowed ?? bytes(leastLimit + packed * mostExpansion);

/** The packings, with the first bytes of files packed that way. */
const packings = { plain: '', gzip: '1f8b', zstd: '28b52ffd', xz: 'fd377a585a00', bzip2: '425a68' } as const;
type Packing = keyof typeof packings;

export interface PackedArchive {
  readonly path: string;
  readonly packing: Packing;
}

/**
 * Measures archives that are unpacked on top of each other.
 * @throws TarTooLargeError as soon as they take more than `limit`, and RangeError or an error of zlib if an
 *   archive is damaged
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

/** Returns the packing of a file by its first bytes. */
export async function packingOf(path: string): Promise<Packing> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
  const start = buffer.toString('hex', 0, bytesRead);
  const { plain: _plain, ...packed } = packings;
  return (Object.keys(packed) as Packing[]).find((name) => start.startsWith(packings[name])) ?? 'plain';
}

/** Tells whether a failure to measure an archive is the archive's fault. */
export const isDamage = (failure: unknown): boolean =>
  failure instanceof RangeError ||
  failure instanceof ToolFailedError ||
  /^(Z|ZSTD)_/.test((failure as NodeJS.ErrnoException).code ?? '');

/** Returns the sum of the sizes of files. */
export async function storedSize(files: readonly string[]): Promise<Bytes> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return bytes(sizes.reduce((sum, size) => sum + size, 0));
}
