import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { createSparseFile } from '@ignite/toolkit/files/sparse-file';
import { StreamMeter, pieceSize } from '@ignite/toolkit/files/stream-meter';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { isDamage } from '../../tools/oci/measure-archives.ts';
import { artifactInvalid } from './errors.ts';

/** A packed file of a snapshot. */
export interface PackedPart {
  readonly name: string;
  readonly path: string;
  /** Its size once it is unpacked. */
  readonly size: number;
}

/** Unpacks a part to a new file, with holes for blocks of zeros. */
export const unpackToFile = async (part: PackedPart, path: string, signal: AbortSignal): Promise<void> =>
  await unpackPart(part, createSparseFile(path, 0o600), signal);

/**
 * Unpacks a part, which has the size that it declares and no more.
 * @throws CodedError SNAPSHOT_ARTIFACT_INVALID
 */
export async function unpackPart(
  { name, path, size }: PackedPart,
  target: Writable,
  signal: AbortSignal,
): Promise<void> {
  const tooLarge = (): Error => artifactInvalid(`its part "${name}" is larger than it declares`);
  const meter = new StreamMeter(size, tooLarge);
  try {
    const packed = createReadStream(path, { highWaterMark: pieceSize });
    await pipeline(packed, createZstdDecompress({ chunkSize: pieceSize }), meter, target, { signal });
  } catch (failure) {
    throw isDamage(failure)
      ? artifactInvalid(`its part "${name}" cannot be unpacked: ${errorText(failure)}`, failure)
      : failure;
  }
  if (meter.size !== size)
    throw artifactInvalid(`its part "${name}" has ${meter.size} bytes instead of ${size}`);
}
