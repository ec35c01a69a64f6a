/**
 * The parts of an entry's header that determine its size (pax(1), "ustar Interchange Format"; GNU tar's
 * manual, "Standard").
 */
export interface TarHeader {
  readonly type: string;
  readonly path: string;
  /** The stored size. */
  readonly size: number;
  /** The size of a sparse file including its holes, which may be written as zeros; 0 for other files. */
  readonly realSize: number;
  /** True if records about holes follow. */
  readonly hasMore: boolean;
}

/** The values of an extended header, which replace the entry's own (pax(1), "pax Extended Header"). */
export type TarExtension = Partial<Pick<TarHeader, 'path' | 'size' | 'realSize'>>;

/**
 * Pure. Parses a record of 512 bytes.
 * @throws RangeError if it is not a header
 */
export function parseTarHeader(record: Buffer): TarHeader {
  assertChecksum(record);
  const type = String.fromCharCode(record[156]!);
  const isSparse = type === 'S';
  const prefix = textAt(record, 257, 6) === 'ustar' ? textAt(record, 345, 155) : '';
  const name = textAt(record, 0, 100);
  return {
    type,
    path: prefix === '' ? name : `${prefix}/${name}`,
    size: numberAt(record, 124),
    realSize: isSparse ? numberAt(record, 483) : 0,
    hasMore: isSparse && record[482] !== 0,
  };
}

export const isZero = (record: Buffer): boolean => record.every((byte) => byte === 0);

/**
 * Returns the text up to the first NUL. Each byte becomes a character, so two names are equal only if all
 * their bytes are.
 */
export const textAt = (record: Buffer, from: number, length: number): string =>
  record.toString('latin1', from, from + length).split('\0')[0]!;

const checksumAt = { from: 148, to: 156 };

/** Checks the checksum. Old programs took the bytes as signed. */
function assertChecksum(record: Buffer): void {
  let [unsigned, signed] = [0, 0];
  for (let at = 0; at < record.length; at += 1) {
    const byte = at >= checksumAt.from && at < checksumAt.to ? 0x20 : record[at]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const said = octal(record, checksumAt.from, 8);
  if (said !== unsigned && said !== signed) throw new RangeError('the checksum of a header is wrong');
}

/** Reads a number of 12 digits, or a binary number if the first bit is set. */
function numberAt(record: Buffer, from: number): number {
  const first = record[from]!;
  if (!(first & 0x80)) return octal(record, from, 12);
  const rest = record.subarray(from + 1, from + 12);
  const value = rest.reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
  if (!Number.isSafeInteger(value)) throw new RangeError('a size is out of bounds');
  return value;
}

function octal(record: Buffer, from: number, length: number): number {
  const text = record
    .toString('latin1', from, from + length)
    .replace(/^[ \0]+/, '')
    .replace(/[ \0].*$/s, '');
  if (!/^[0-7]*$/.test(text)) throw new RangeError('a header has an invalid number');
  return Number.parseInt(text || '0', 8);
}

/**
 * Pure. Parses an extended header.
 * @throws RangeError if it is damaged
 */
export function parsePax(content: Buffer): TarExtension {
  const records = new Map<string, string>();
  for (let at = 0; at < content.length;) {
    const digits = /^\d{1,7} /.exec(content.toString('latin1', at, at + 8))?.[0];
    const end = at + Number(digits);
    const text = digits === undefined ? '' : content.toString('latin1', at + digits.length, end);
    const [whole, key = '', value = ''] = /^([^=]+)=(.*)\n$/s.exec(text) ?? [];
    if (whole === undefined || end > content.length) throw new RangeError('an extended header is damaged');
    if (value !== '') records.set(key, value);
    at = end;
  }
  const path = records.get('GNU.sparse.name') ?? records.get('path');
  const size = records.get('size');
  const realSizes = ['GNU.sparse.size', 'GNU.sparse.realsize'].flatMap((key) => records.get(key) ?? []);
  return {
    ...(path !== undefined && { path }),
    ...(size !== undefined && { size: decimal(size) }),
    ...(realSizes.length > 0 && { realSize: Math.max(...realSizes.map(decimal)) }),
  };
}

function decimal(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RangeError('an extended header has an invalid number');
  return Number(text);
}
