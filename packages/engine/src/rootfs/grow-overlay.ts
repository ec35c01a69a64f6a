import { open } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { resizeOverlay } from './qemu-img.ts';

/** Of the size as a machine sees it in a qcow2 header, big-endian (QEMU's docs/interop/qcow2). */
const sizeOffset = 24;

/** Makes a disk that no VMM has open as large as `size`; one that is as large already is left alone. */
export async function growOverlay(
  path: string,
  size: Bytes,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  if ((await overlaySize(path)) < BigInt(size)) await resizeOverlay(path, size, runner, signal);
}

async function overlaySize(path: string): Promise<bigint> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(8), 0, 8, sizeOffset);
  return buffer.readBigUInt64BE();
}
