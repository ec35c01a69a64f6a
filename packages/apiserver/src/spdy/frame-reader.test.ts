import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { dataFrame, goAwayFrame, pingFrame, replyFrame, resetFrame } from './write-frames.ts';

const open = Buffer.from('8003000101000010' + '00000005' + '00000000' + '0000' + '010203040506', 'hex');
const headers = Buffer.from('8003000800000006' + '00000005' + '0102', 'hex');
const settings = Buffer.from('8003000400000004' + '00000000', 'hex');

const framesIn = (bytes: Buffer, size = bytes.length): readonly Frame[] => {
  const reader = new FrameReader();
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  return pieces.flatMap((piece) => [...reader.read(piece)]);
};

const all = Buffer.concat([
  ...[open, headers, settings, pingFrame(7), dataFrame(5, Buffer.from('hello'), true)],
  ...[dataFrame(5, Buffer.alloc(0), true), resetFrame(5, 5), goAwayFrame(5)],
]);

test('frames are read as SPDY/3 has them', () => {
  assert.deepEqual(framesIn(all), [
    { type: 'open', streamId: 5, block: Buffer.from('010203040506', 'hex'), isLast: true },
    { type: 'headers', streamId: 5, block: Buffer.from('0102', 'hex'), isLast: false },
    { type: 'ping', id: 7 },
    { type: 'data', streamId: 5, bytes: Buffer.from('hello'), isLast: true },
    { type: 'data', streamId: 5, bytes: Buffer.alloc(0), isLast: true },
    { type: 'reset', streamId: 5 },
    { type: 'go-away' },
  ]);
});

test('frames that come in pieces are the same, and data is not kept until it is whole', () => {
  const whole = framesIn(all).filter(({ type }) => type !== 'data');
  for (const size of [1, 2, 3, 7, 11]) {
    const frames = framesIn(all, size);
    assert.deepEqual(
      frames.filter(({ type }) => type !== 'data'),
      whole,
    );
    const data = frames.filter((frame) => frame.type === 'data');
    assert.equal(Buffer.concat(data.map(({ bytes }) => bytes)).toString(), 'hello');
    assert.deepEqual(
      data.filter(({ isLast }) => isLast).map(({ bytes }) => bytes.length > 0),
      [true, false],
    );
  }
});

test('what is not SPDY/3, or too long or short, is refused', () => {
  for (const hex of [
    '8002000600000004' + '00000001',
    '8003000600000003' + '000000',
    '800300010000ffff',
    '8003000200000004' + '00000001',
  ])
    assert.throws(() => framesIn(Buffer.from(hex, 'hex')).map(expectNone), { code: 'BAD_REQUEST' }, hex);
});

const expectNone = (frame: Frame): never => assert.fail(`a frame was read: ${frame.type}`);

test('frames are written as SPDY/3 has them', () => {
  assert.equal(dataFrame(1, Buffer.of(9), false).toString('hex'), '0000000100000001' + '09');
  assert.equal(dataFrame(1, Buffer.of(9), true).toString('hex'), '0000000101000001' + '09');
  assert.equal(resetFrame(3, 5).toString('hex'), '8003000300000008' + '00000003' + '00000005');
  assert.equal(pingFrame(2).toString('hex'), '8003000600000004' + '00000002');
  assert.equal(goAwayFrame(3).toString('hex'), '8003000700000008' + '00000003' + '00000000');
  const noHeaders = '000400fbff00000000' + '000000ffff';
  assert.equal(replyFrame(1, true).toString('hex'), '8003000200000014' + '00000001' + '7801' + noHeaders);
  assert.equal(replyFrame(3, false).toString('hex'), '8003000200000012' + '00000003' + noHeaders);
});
