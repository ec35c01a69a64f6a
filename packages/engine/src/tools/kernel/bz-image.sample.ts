/**
 * Builds an x86 image as boot.rst describes it, with one sector of setup and its payload 16 bytes after it.
 */
export function bzImage(payload: Buffer, { version = 0x20f, length = payload.length } = {}): Buffer {
  const image = Buffer.alloc(1_024 + 16 + payload.length);
  image[0x1f1] = 1;
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(version, 0x206);
  image.writeUInt32LE(16, 0x248);
  image.writeUInt32LE(length, 0x24c);
  payload.copy(image, 1_024 + 16);
  return image;
}
