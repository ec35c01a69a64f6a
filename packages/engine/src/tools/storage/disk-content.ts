import { open } from 'node:fs/promises';

/** The content of a disk, by the magic numbers at its beginning. */
export type DiskContent =
  | { readonly kind: 'file-system'; readonly type: string }
  | { readonly kind: 'partitions' }
  /** Something other than a file system, in words. */
  | { readonly kind: 'other'; readonly what: string }
  | { readonly kind: 'nothing-known' };

interface Mark {
  readonly at: number;
  readonly bytes: string;
  readonly content: DiskContent;
}

const fileSystem = (type: string): DiskContent => ({ kind: 'file-system', type });
const other = (what: string): DiskContent => ({ kind: 'other', what });

/**
 * The magic numbers that libblkid's superblock probes look for. File systems come before the boot sectors
 * that they may contain.
 */
const marks: readonly Mark[] = [
  { at: 1_080, bytes: '\x53\xef', content: fileSystem('ext4') },
  { at: 0, bytes: 'XFSB', content: fileSystem('xfs') },
  { at: 65_600, bytes: '_BHRfS_M', content: fileSystem('btrfs') },
  { at: 1_024, bytes: '\x10\x20\xf5\xf2', content: fileSystem('f2fs') },
  { at: 0, bytes: 'hsqs', content: fileSystem('squashfs') },
  { at: 1_024, bytes: '\xe2\xe1\xf5\xe0', content: fileSystem('erofs') },
  { at: 32_769, bytes: 'CD001', content: fileSystem('iso9660') },
  { at: 3, bytes: 'EXFAT   ', content: fileSystem('exfat') },
  { at: 3, bytes: 'NTFS    ', content: fileSystem('ntfs3') },
  { at: 82, bytes: 'FAT32   ', content: fileSystem('vfat') },
  { at: 54, bytes: 'FAT16   ', content: fileSystem('vfat') },
  { at: 54, bytes: 'FAT12   ', content: fileSystem('vfat') },
  { at: 1_040, bytes: '\x8f\x13', content: fileSystem('minix') },
  { at: 4_086, bytes: 'SWAPSPACE2', content: other('swap space') },
  { at: 0, bytes: 'LUKS\xba\xbe', content: other('an encrypted disk (LUKS)') },
  { at: 536, bytes: 'LVM2 001', content: other('an LVM physical volume') },
  { at: 512, bytes: 'EFI PART', content: { kind: 'partitions' } },
  { at: 510, bytes: '\x55\xaa', content: { kind: 'partitions' } },
];

const headBytes = 128 * 1_024;

/** Pure. Bytes are only compared: nothing that a guest has written there is followed. */
export function contentOf(head: Buffer): DiskContent {
  const found = marks.find(({ at, bytes }) => head.toString('latin1', at, at + bytes.length) === bytes);
  return found?.content ?? { kind: 'nothing-known' };
}

/** Reads what is on the file or device at `path`. */
export async function readDiskContent(path: string): Promise<DiskContent> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return contentOf(buffer.subarray(0, bytesRead));
}
