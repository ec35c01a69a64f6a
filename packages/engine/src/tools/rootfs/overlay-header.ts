import { open } from 'node:fs/promises';
import { diskForged } from './errors.ts';

/** The offsets of the fields in a qcow2 header, which are big-endian (QEMU's docs/interop/qcow2). */
const offsets = { version: 4, size: 24, incompatible: 72 } as const;
const headerSize = 80;
const externalData = 4n;

/**
 * Reads the header of a VM's disk. A VMM that its guest has taken over may write anything to it. If the
 * header could name an external data file, root would open that file, whichever it is.
 * @throws CodedError DISK_FORGED
 */
export async function readOverlay(path: string): Promise<{ readonly size: bigint }> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(headerSize), 0, headerSize, 0);
  const features =
    buffer.readUInt32BE(offsets.version) < 3 ? 0n : buffer.readBigUInt64BE(offsets.incompatible);
  if ((features & externalData) !== 0n) throw diskForged(path);
  return { size: buffer.readBigUInt64BE(offsets.size) };
}
