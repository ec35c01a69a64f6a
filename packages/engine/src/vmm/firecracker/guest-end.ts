import type { GuestEnd } from '../vmm.ts';

/**
 * Pure. Firecracker ends with its guest, and tells nothing of how that came about: that its kernel gave up is on the
 * console alone, where Linux prints it however quiet it was told to be.
 */
export const guestEnd = (printed: string): GuestEnd | undefined =>
  /^\[ *\d+\.\d+\] Kernel panic - not syncing\b/m.test(printed) ? 'panicked' : undefined;
