import { controlTypes } from './frame.ts';

/** Pure. Returns a frame with bytes of a stream. */
export const dataFrame = (streamId: number, bytes: Uint8Array, isLast: boolean): Buffer =>
  Buffer.concat([head(streamId, isLast ? 1 : 0, bytes.length), bytes]);

/** Pure. Returns the frame that gives up a stream. */
export const resetFrame = (streamId: number, reason: number): Buffer =>
  controlFrame(controlTypes.rstStream, words(streamId, reason));

/** Pure. Returns the answer to a ping. */
export const pingFrame = (id: number): Buffer => controlFrame(controlTypes.ping, words(id));

/** Pure. Returns the frame that says that no more streams are accepted, with the last one that was. */
export const goAwayFrame = (streamId: number): Buffer =>
  controlFrame(controlTypes.goAway, words(streamId, 0));

/** How a zlib stream begins, which it does once in a connection. */
const zlibHead = Buffer.of(0x78, 0x01);
/** No headers, as a block that is stored in a zlib stream without compression, and the empty block that flushes it. */
const noHeaders = Buffer.of(0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/**
 * Pure. Returns the frame that accepts a stream. We have no headers to send, so that there is nothing to compress.
 */
export const replyFrame = (streamId: number, isFirst: boolean): Buffer =>
  controlFrame(
    controlTypes.synReply,
    Buffer.concat([words(streamId), ...(isFirst ? [zlibHead] : []), noHeaders]),
  );

const controlFrame = (type: number, payload: Buffer): Buffer =>
  Buffer.concat([head(0x8003_0000 + type, 0, payload.length), payload]);

function head(first: number, flags: number, length: number): Buffer {
  const bytes = words(first, length);
  bytes[4] = flags;
  return bytes;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
}
