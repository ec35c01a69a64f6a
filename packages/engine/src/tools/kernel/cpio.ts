/** A file in an archive. `path` is relative. */
export interface CpioEntry {
  readonly path: string;
  /** The file type and permissions, as in `st_mode` of stat(2). */
  readonly mode: number;
  readonly content?: Uint8Array;
}

export const directory = (path: string, permissions = 0o755): CpioEntry => ({
  path,
  mode: 0o040000 | permissions,
});

export const file = (path: string, content: Uint8Array | string, permissions = 0o644): CpioEntry => ({
  path,
  mode: 0o100000 | permissions,
  content: typeof content === 'string' ? Buffer.from(content) : content,
});

export const symbolicLink = (path: string, target: string): CpioEntry => ({
  path,
  mode: 0o120777,
  content: Buffer.from(target),
});

/**
 * Returns an archive in the "new ASCII" format of cpio(5), which the kernel unpacks as an initramfs. The same
 * entries give the same bytes.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts = [...entries, { path: 'TRAILER!!!', mode: 0 }].flatMap((entry, at) => encode(entry, at + 1));
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, Buffer.alloc((512 - (size % 512)) % 512)]);
}

/** Adds every missing parent folder to `entries`, before the files in it. */
export function withParents(entries: readonly CpioEntry[]): readonly CpioEntry[] {
  const known = new Set<string>();
  return entries.flatMap((entry) => {
    const parents = entry.path
      .split('/')
      .slice(0, -1)
      .map((_, at, all) => all.slice(0, at + 1).join('/'));
    const missing = parents.filter((path) => !known.has(path));
    for (const path of [...missing, entry.path]) known.add(path);
    return [...missing.map((path) => directory(path)), entry];
  });
}

function encode(entry: CpioEntry, inode: number): Buffer[] {
  const content = entry.content ?? new Uint8Array();
  const name = Buffer.from(`${entry.path}\0`);
  const links = (entry.mode & 0o170000) === 0o040000 ? 2 : 1;
  const fields = [inode, entry.mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [header, name, padding(header.length + name.length), Buffer.from(content), padding(content.length)];
}

const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);
