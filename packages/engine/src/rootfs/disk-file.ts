import { basename } from 'node:path';

/** What packs a disk file, by the end of its name; the tools write to standard output with `-dc`. */
const packers: Readonly<Record<string, 'gzip' | 'xz' | 'zstd'>> = { gz: 'gzip', xz: 'xz', zst: 'zstd' };
const ends = /\.(qcow2|img|raw|vmdk|vhd|vhdx|vdi)(?:\.(gz|xz|zst))?$/i;

export interface DiskFile {
  readonly path: string;
  /** What an image made of it is called: the file's name without its end, as a reference. */
  readonly name: string;
  readonly packer?: 'gzip' | 'xz' | 'zstd';
}

/**
 * Pure. The disk file that a word means: a path, told from an image's name by its slash or by `disk:` before it, that ends as
 * disk files do; undefined for anything else.
 */
export function parseDiskFile(text: string): DiskFile | undefined {
  const [, prefix, path = ''] = /^(disk:)?(.+)$/s.exec(text) ?? [];
  const match = ends.exec(path);
  if (prefix === undefined && (!match || !/^\.{0,2}\//.test(path))) return undefined;
  const packer = packers[match?.[2]?.toLowerCase() ?? ''];
  const own = basename(path).replace(ends, '').toLowerCase();
  const name = own.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '') || 'disk';
  return { path, name: `${name}:latest`, ...(packer && { packer }) };
}
