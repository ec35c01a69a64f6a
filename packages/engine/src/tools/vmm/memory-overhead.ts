import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Machine } from './machine.ts';

const mib = 2 ** 20;

const [leastCache, largestCache] = [128 * mib, 512 * mib];

/**
 * Pure. Returns the size limit of an emulator's cache of translated code for a guest with so much memory. Code is sixteen times as large
 * when it is translated, and a cache that is full is emptied: with 128 MiB, that happened each seven seconds to a control plane of
 * Kubernetes, which then ran what it had to translate again. A boot is no faster with more: Debian with systemd fits into 64 MiB.
 */
export const translationCache = (memory: Bytes): Bytes =>
  bytes(Math.min(Math.max(Math.floor(memory / 4 / mib) * mib, leastCache), largestCache));

/** The size of QEMU's records about translated code, in proportion to the code. */
const notesOnCode = 0.5;

/**
 * The memory of an emulated CPU in bytes. It caches up to 2^22 translations of addresses, of 64 bytes each
 * (QEMU's CPU_TLB_DYN_MAX_BITS).
 */
const emulatedCpu = 300 * mib;
/** The memory of a vCPU under KVM in bytes: its stacks, and what the kernel keeps about it. */
const virtualCpu = 8 * mib;

/**
 * The size of page tables in proportion to the guest's memory. A page of 4 KiB takes 8 bytes, and both KVM
 * and the VMM have page tables.
 */
const pageTables = 1 / 128;

/**
 * Pure. Returns the limit of the memory that a VMM uses besides its guest's, whatever the guest does. Most of
 * it is never used. `own` is the memory that the VMM uses for any guest.
 */
export function memoryOverhead(
  { accel, cpus, memory }: Pick<Machine, 'accel' | 'cpus' | 'memory'>,
  own: Bytes,
): Bytes {
  const isEmulated = accel.kind === 'tcg';
  const code = isEmulated ? translationCache(memory) * (1 + notesOnCode) : 0;
  const overhead = own + code + cpus * (isEmulated ? emulatedCpu : virtualCpu) + memory * pageTables;
  return bytes(Math.ceil(overhead / mib) * mib);
}
