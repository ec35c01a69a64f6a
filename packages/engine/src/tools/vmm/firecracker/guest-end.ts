import type { GuestEnd } from '../vmm.ts';

/**
 * Pure. Returns `panicked` if the guest's kernel has printed that it panicked. Firecracker ends with its
 * guest and does not tell why. Linux prints a panic on the console even if it was told to be quiet.
 */
export const guestEnd = (printed: string): GuestEnd | undefined =>
  /^\[ *\d+\.\d+\] Kernel panic - not syncing\b/m.test(printed) ? 'panicked' : undefined;
