const [headerSize, segmentSize] = [64, 56];

/** Returns a note (elf(5)). */
export function elfNote(owner: string, type: number, content: string): Buffer {
  const padded = (text: string): Buffer => Buffer.concat([Buffer.from(text), Buffer.alloc(-text.length & 3)]);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(owner.length, 0);
  sizes.writeUInt32LE(content.length, 4);
  sizes.writeUInt32LE(type, 8);
  return Buffer.concat([sizes, padded(owner), padded(content)]);
}

/** Returns an amd64 ELF file that consists of segments of notes. */
export function vmlinux(segments: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(headerSize + segments.length * segmentSize);
  head.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  head.writeUInt16LE(62, 18);
  head.writeBigUInt64LE(BigInt(headerSize), 32);
  head.writeUInt16LE(segmentSize, 54);
  head.writeUInt16LE(segments.length, 56);
  let offset = head.length;
  for (const [index, { length }] of segments.entries()) {
    const at = headerSize + index * segmentSize;
    head.writeUInt32LE(4, at);
    head.writeBigUInt64LE(BigInt(offset), at + 8);
    head.writeBigUInt64LE(BigInt(length), at + 32);
    offset += length;
  }
  return Buffer.concat([head, ...segments]);
}
