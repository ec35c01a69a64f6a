import { badRequest } from '@ignite/toolkit/client/object-error';
import { type DataFrame, type Frame, controlTypes } from './frame.ts';

const headLength = 8;
/** The most bytes of a frame that is no data. */
const longestControl = 16 * 2 ** 10;

/** Takes frames out of bytes that come in any pieces. The bytes of data are not kept until the frame is whole. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  /** The data frame of which bytes are yet to come. */
  #data: { readonly streamId: number; readonly isLast: boolean; left: number } | undefined;

  /** @throws ObjectError BAD_REQUEST for what is not SPDY/3 */
  *read(bytes: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let frame = this.#next(); frame !== 'more'; frame = this.#next()) if (frame) yield frame;
  }

  #next(): Frame | 'more' | undefined {
    if (this.#data) return this.#nextData(this.#data);
    if (this.#rest.length < headLength) return 'more';
    const first = this.#rest.readUInt32BE();
    const flags = this.#rest[4]!;
    const length = this.#rest.readUIntBE(5, 3);
    if (first < 2 ** 31) {
      this.#take(headLength);
      this.#data = { streamId: first, isLast: (flags & 1) === 1, left: length };
      return this.#nextData(this.#data);
    }
    if (first >>> 16 !== 0x8003) throw badRequest('SPDY: a frame is not of version 3');
    if (length > longestControl) throw badRequest('SPDY: a frame is too long');
    if (this.#rest.length < headLength + length) return 'more';
    this.#take(headLength);
    return controlFrame(first & 0xffff, flags, this.#take(length));
  }

  #nextData(data: { readonly streamId: number; readonly isLast: boolean; left: number }): DataFrame | 'more' {
    if (this.#rest.length === 0 && data.left > 0) return 'more';
    const bytes = this.#take(Math.min(data.left, this.#rest.length));
    data.left -= bytes.length;
    if (data.left === 0) this.#data = undefined;
    return { type: 'data', streamId: data.streamId, bytes, isLast: data.isLast && data.left === 0 };
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}

/**
 * Pure. Returns what a frame says that is no data, or undefined if that means nothing to us. Clients of Kubernetes
 * neither send windows nor heed them, so there is no flow control but that of the connection.
 */
function controlFrame(type: number, flags: number, payload: Buffer): Frame | undefined {
  const isLast = (flags & 1) === 1;
  switch (type) {
    case controlTypes.synStream:
      checkLength(payload, 10);
      return { type: 'open', streamId: idIn(payload), block: payload.subarray(10), isLast };
    case controlTypes.headers:
      checkLength(payload, 4);
      return { type: 'headers', streamId: idIn(payload), block: payload.subarray(4), isLast };
    case controlTypes.rstStream:
      checkLength(payload, 8);
      return { type: 'reset', streamId: idIn(payload) };
    case controlTypes.ping:
      checkLength(payload, 4);
      return { type: 'ping', id: payload.readUInt32BE() };
    case controlTypes.goAway:
      return { type: 'go-away' };
    case controlTypes.settings:
    case controlTypes.windowUpdate:
      return undefined;
    default:
      throw badRequest(`SPDY: a client sends no frames of type ${type}`);
  }
}

const idIn = (payload: Buffer): number => payload.readUInt32BE() & 0x7fff_ffff;

function checkLength({ length }: Buffer, least: number): void {
  if (length < least) throw badRequest('SPDY: a frame is too short');
}
