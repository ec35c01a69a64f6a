import { createHash } from 'node:crypto';

/** Disks that every VM may have. */
const reserved = ['root', 'modules', 'seed', 'cidata', 'status'];

/**
 * Pure. By which the guest finds a volume, as a disk's serial or a folder's tag: its name, or a digest of one that is too
 * long, of other characters, or means something else. At most 20 characters (virtio 1.2, 5.2.4).
 */
export function volumeSerial(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9_.-]{0,19}$/.test(name) && !reserved.includes(name)) return name;
  return `v-${createHash('sha256').update(name).digest('hex').slice(0, 18)}`;
}
