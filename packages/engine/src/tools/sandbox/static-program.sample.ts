const base = 0x40_0000;
const headers = 64 + 56;

/**
 * Returns a static amd64 program, made without a compiler: an ELF file with one segment that contains `code`.
 */
export function staticProgram(code: readonly number[]): Buffer {
  const file = Buffer.alloc(headers + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // 64-bit, little-endian
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(62, 18); // of amd64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(base + headers), 24); // the entry point
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // a segment to load
  file.writeUInt32LE(5, 68); // read and execute
  file.writeBigUInt64LE(BigInt(base), 80);
  file.writeBigUInt64LE(BigInt(base), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(4096n, 112);
  file.set(code, headers);
  return file;
}
