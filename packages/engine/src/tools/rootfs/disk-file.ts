import { basename } from 'node:path';

/** The programs that pack disk files, by the file's suffix. They write to standard output with `-dc`. */
const packers: Readonly<Record<string, 'gzip' | 'xz' | 'zstd'>> = { gz: 'gzip', xz: 'xz', zst: 'zstd' };
const ends = /\.(qcow2|img|raw|vmdk|vhd|vhdx|vdi)(?:\.(gz|xz|zst))?$/i;

export interface DiskFile {
  readonly path: string;
  /** The name of an image that is made from it: the file's name without its suffix, as a reference. */
  readonly name: string;
  readonly packer?: 'gzip' | 'xz' | 'zstd';
}

/**
 * Pure. Parses the path of a disk file. It is told from an image's name by a slash or the prefix
 * `disk:`, and by its suffix. Returns `undefined` for anything else.
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
