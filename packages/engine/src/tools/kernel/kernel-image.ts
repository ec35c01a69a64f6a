import { constants, gunzipSync } from 'node:zlib';
import type { Arch } from '@ignite/api/v1/arch';
import { readElf } from './elf.ts';

/**
 * The magic numbers of the formats and their offsets: kernel.org, x86/boot.rst "HdrS"; arm64/booting.rst
 * "ARM\x64"; RFC 1952.
 */
const marks = {
  x86: { at: 0x202, text: 'HdrS' },
  arm64: { at: 56, text: 'ARM\x64' },
  gzip: { at: 0, text: '\x1f\x8b' },
} as const;

const headSize = 64 * 2 ** 10;

/**
 * Pure. Returns the architecture of a kernel from its own bytes: an ELF vmlinux, an x86 bzImage, or an arm64
 * Image, which may be compressed by gzip. Returns `undefined` for anything else, which no supported VMM
 * loads.
 */
export function kernelImageArch(image: Buffer): Arch | undefined {
  if (has(image, marks.gzip)) {
    const head = unzippedHead(image);
    return head && has(head, marks.arm64) ? 'arm64' : undefined;
  }
  if (has(image, marks.arm64)) return 'arm64';
  if (has(image, marks.x86)) return 'amd64';
  try {
    return readElf(image)?.arch;
  } catch (failure) {
    if (failure instanceof RangeError) return undefined; // it only begins like an ELF file
    throw failure;
  }
}

function has(image: Buffer, { at, text }: (typeof marks)[keyof typeof marks]): boolean {
  return image.toString('latin1', at, at + text.length) === text;
}

function unzippedHead(image: Buffer): Buffer | undefined {
  try {
    return gunzipSync(image.subarray(0, headSize), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined; // it only begins like a gzip file
  }
}
