import type { Arch } from '@ignite/api/v1/arch';

/** What else is needed to run a program. */
export interface ElfFile {
  /** The architecture; `undefined` for a machine that no VM can have. */
  readonly arch?: Arch;
  /** The absolute path of the dynamic linker; a static program has none. */
  readonly interpreter?: string;
  /** The file names of shared libraries. */
  readonly needed: readonly string[];
}

const machines: Readonly<Record<number, Arch>> = { 62: 'amd64', 183: 'arm64' };
export const segment = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
const dynamic = { end: 0, needed: 1, strings: 5 } as const;
/**
 * The limit of the length of a name, and of the number of entries (Linux's PATH_MAX is the same). No real
 * program has more, and a crafted file could otherwise waste time and memory.
 */
const longestText = 4_096;
const mostEntries = 1_024;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * Pure. Reads the header and the dynamic section of a 64-bit little-endian file (elf(5)). Returns `undefined`
 * for any other file. ldd(1) cannot be used, because it runs the program, which may be of another
 * architecture.
 * @throws RangeError if the file points outside itself, or exceeds the limits
 */
export function readElf(file: Buffer): ElfFile | undefined {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1)
    return undefined;
  const arch = machines[file.readUInt16LE(18)];
  const segments = readSegments(file);
  const interpreter = segments.find(({ type }) => type === segment.interpreter);
  return {
    ...(arch && { arch }),
    ...(interpreter && { interpreter: textAt(file, interpreter.offset) }),
    needed: readNeeded(file, segments),
  };
}

/**
 * Pure. Reads the list of segments of a 64-bit little-endian file.
 * @throws RangeError if the file points outside itself
 */
export function readSegments(file: Buffer): readonly Segment[] {
  const [table, size, count] = [
    Number(file.readBigUInt64LE(32)),
    file.readUInt16LE(54),
    file.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * size;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function readNeeded(file: Buffer, segments: readonly Segment[]): readonly string[] {
  const section = segments.find(({ type }) => type === segment.dynamic);
  if (!section) return [];
  const entries: { readonly tag: number; readonly value: number }[] = [];
  for (let at = section.offset; at < section.offset + section.size; at += 16) {
    const tag = Number(file.readBigUInt64LE(at));
    if (tag === dynamic.end) break;
    if (entries.length === mostEntries) throw new RangeError(`more than ${mostEntries} dynamic entries`);
    entries.push({ tag, value: Number(file.readBigUInt64LE(at + 8)) });
  }
  const strings = entries.find(({ tag }) => tag === dynamic.strings)?.value;
  // The value is a memory address. The segment that is loaded there tells the offset in the file.
  const home = segments.find(
    ({ type, address, size }) =>
      type === segment.load && strings !== undefined && strings >= address && strings < address + size,
  );
  if (strings === undefined || !home) return [];
  const table = strings - home.address + home.offset;
  return entries.filter(({ tag }) => tag === dynamic.needed).map(({ value }) => textAt(file, table + value));
}

function textAt(file: Buffer, offset: number): string {
  const text = file.subarray(offset, offset + longestText);
  const end = text.indexOf(0);
  if (end === -1) throw new RangeError(`no text ends after offset ${offset}`);
  return text.toString('latin1', 0, end);
}
