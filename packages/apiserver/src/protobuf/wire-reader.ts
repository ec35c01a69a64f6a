/** A field of a message as it is on the wire. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Pure. Yields the fields of a message in the encoding of Protocol Buffers.
 * @throws RangeError if the bytes are no message
 */
export function* wireFields(bytes: Buffer): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is too long');
  };
  const taken = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('a field is cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case wireTypes.varint:
        yield { number, value: varint() };
        break;
      case wireTypes.bytes:
        yield { number, value: taken(Number(varint())) };
        break;
      case wireTypes.fixed64:
        yield { number, value: taken(8) };
        break;
      case wireTypes.fixed32:
        yield { number, value: taken(4) };
        break;
      default:
        throw new RangeError('a field is of an unknown type');
    }
  }
}
