/** The programs that can unpack a kernel: Debian's tools that write to standard output with `-dc`. */
export type KernelUnpacker = 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'lz4';

/**
 * The programs by the first bytes of the content (RFC 1952, bzip2, xz, LZMA, RFC 8878, lz4's legacy frame),
 * which Linux checks too (lib/decompress.c).
 */
const unpackers: readonly (readonly [string, KernelUnpacker])[] = [
  ['1f8b', 'gzip'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['5d0000', 'xz'],
  ['28b52ffd', 'zstd'],
  ['02214c18', 'lz4'],
];

/**
 * The fields of the setup header (kernel.org, x86/boot.rst). It has the payload's place since version 2.08.
 */
const field = {
  setupSectors: 0x1f1,
  magic: 0x202,
  version: 0x206,
  payloadOffset: 0x248,
  payloadLength: 0x24c,
};
const payloadVersion = 0x208;
const sector = 512;

export interface PackedKernel {
  readonly unpacker: KernelUnpacker;
  readonly content: Buffer;
}

/**
 * Pure. Returns the compressed kernel within an image: the payload that an x86 bzImage unpacks when it boots,
 * or the whole of an image that is compressed. Returns `undefined` if nothing is compressed.
 * @throws RangeError for an image that points outside itself, or is compressed in an unknown way
 */
export function packedKernel(image: Buffer): PackedKernel | undefined {
  if (image.toString('latin1', field.magic, field.magic + 4) !== 'HdrS') {
    const unpacker = unpackerOf(image);
    return unpacker && { unpacker, content: image };
  }
  const payload = payloadOf(image);
  const unpacker = unpackerOf(payload);
  if (!unpacker) throw new RangeError('its payload is compressed in an unknown way');
  // Linux appends the unpacked size to formats that do not end with it themselves.
  return { unpacker, content: unpacker === 'gzip' ? payload : payload.subarray(0, -4) };
}

function payloadOf(image: Buffer): Buffer {
  if (image.readUInt16LE(field.version) < payloadVersion)
    throw new RangeError('its boot protocol is too old');
  const setup = ((image[field.setupSectors] || 4) + 1) * sector;
  const start = setup + image.readUInt32LE(field.payloadOffset);
  const end = start + image.readUInt32LE(field.payloadLength);
  if (end > image.length) throw new RangeError('its payload is longer than the file');
  return image.subarray(start, end);
}

function unpackerOf(content: Buffer): KernelUnpacker | undefined {
  const head = content.toString('hex', 0, 8);
  return unpackers.find(([mark]) => head.startsWith(mark))?.[1];
}
