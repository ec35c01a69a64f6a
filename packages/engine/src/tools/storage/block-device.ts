import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Returns a device's numbers from `st_rdev` of stat(2), in the format of glibc's makedev(3). */
export function deviceNumbers(rdev: number): { readonly major: number; readonly minor: number } {
  const number = BigInt(rdev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}

/**
 * Tells whether this host itself uses the device: mounted, as swap, or as a part of LVM or RAID (open(2),
 * O_EXCL).
 */
export async function isClaimed(path: string): Promise<boolean> {
  let device: FileHandle | undefined;
  try {
    device = await open(path, constants.O_RDONLY | constants.O_EXCL);
    return false;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'EBUSY') return true;
    throw failure;
  } finally {
    await device?.close();
  }
}
