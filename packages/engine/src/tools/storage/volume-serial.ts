import { createHash } from 'node:crypto';

/** The serials of disks that every VM may have. */
const reserved = ['root', 'modules', 'seed', 'cidata', 'status'];

/**
 * Pure. Returns the serial of a disk or the tag of a folder, by which the guest finds a volume: its name, or
 * a digest of a name that is too long, has other characters, or is reserved. It has at most 20 characters
 * (virtio 1.2, 5.2.4).
 */
export function volumeSerial(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9_.-]{0,19}$/.test(name) && !reserved.includes(name)) return name;
  return `v-${createHash('sha256').update(name).digest('hex').slice(0, 18)}`;
}
