import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Machine } from './machine.ts';

const mib = 2 ** 20;

/**
 * How much translated code an emulator keeps. QEMU by itself would take up to 1 GiB, and boots no quicker for it: Debian with
 * systemd takes as much CPU with 64 MiB.
 */
export const translationCache: Bytes = bytes(128 * mib);

/** What QEMU notes down about each piece of translated code, in proportion to the code itself. */
const notesOnCode = 0.5;

/** An emulated CPU remembers up to 2^22 translations of addresses in 64 bytes each (QEMU's CPU_TLB_DYN_MAX_BITS). */
const emulatedCpu = 300 * mib;
/** Its stacks, and what the kernel keeps of it. */
const virtualCpu = 8 * mib;

/** Of a guest's memory: page tables take 8 bytes for a page of 4 KiB, of which KVM and the VMM each have some. */
const pageTables = 1 / 128;

/**
 * Pure. How much memory a VMM takes at most besides its guest's, whatever the guest does; `own` is what it takes for any guest.
 * It is a limit: most of it is never used.
 */
export function memoryOverhead(
  { accel, cpus, memory }: Pick<Machine, 'accel' | 'cpus' | 'memory'>,
  own: Bytes,
): Bytes {
  const isEmulated = accel.kind === 'tcg';
  const code = isEmulated ? translationCache * (1 + notesOnCode) : 0;
  const overhead = own + code + cpus * (isEmulated ? emulatedCpu : virtualCpu) + memory * pageTables;
  return bytes(Math.ceil(overhead / mib) * mib);
}
