/** What of one entry's header tells how large it is (pax(1), "ustar Interchange Format"; GNU tar's manual, "Standard"). */
export interface TarHeader {
  readonly type: string;
  readonly path: string;
  /** As it is stored. */
  readonly size: number;
  /** Of a file with holes, with them: they may be written as zeros. 0 for any other. */
  readonly realSize: number;
  /** Whether records about holes follow. */
  readonly hasMore: boolean;
}

/** What an extended header says in the place of the entry's own (pax(1), "pax Extended Header"). */
export type TarExtension = Partial<Pick<TarHeader, 'path' | 'size' | 'realSize'>>;

/** Pure. Of a record of 512 bytes. @throws RangeError where that is no header */
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

/** Up to the first NUL. Each byte is a character: two names are the same only if all their bytes are. */
export const textAt = (record: Buffer, from: number, length: number): string =>
  record.toString('latin1', from, from + length).split('\0')[0]!;

const checksumAt = { from: 148, to: 156 };

/** Programs of old took bytes for signed ones. */
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

/** Of 12 digits, or a binary number where the first bit says so. */
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

/** Pure. @throws RangeError where it is damaged */
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
