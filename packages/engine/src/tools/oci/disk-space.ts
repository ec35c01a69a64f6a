import { statfs } from 'node:fs/promises';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from '../host/paths.ts';
import { diskFull } from './errors.ts';

/**
 * Refuses content that is known to be too large before anything is written, because VMs whose disks cannot
 * grow meanwhile are disturbed.
 * @throws CodedError DISK_FULL
 */
export async function assertDiskTakes(size: Bytes, paths: Paths, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(paths.dataDir);
  if (size > bavail * bsize) throw diskFull(what);
}
