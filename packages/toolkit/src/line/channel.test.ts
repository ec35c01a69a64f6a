import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { OutgoingChannel } from './channel.ts';

const mebibyte = Buffer.alloc(1_048_576);

test('no more is taken than what is under way', () => {
  const sent: Uint8Array[] = [];
  const channel = new OutgoingChannel(1, (message) => sent.push(message));
  assert.equal(channel.taken(1), false);
  channel.write(mebibyte);
  assert.equal(channel.taken(mebibyte.length + 1), false);
  assert.equal(channel.taken(mebibyte.length), true);
  assert.equal(channel.taken(1), false);
});

test('a write that waits for the other side fails when the channel is destroyed, and is not sent later', async () => {
  let count = 0;
  const channel = new OutgoingChannel(1, () => (count += 1));
  channel.on('error', () => {});
  channel.write(mebibyte);
  const failed = new Promise<unknown>((resolve) => channel.write(mebibyte, resolve));
  const before = count;
  const closed = once(channel, 'close').catch(() => {});
  channel.destroy(new Error('cut off'));
  assert.match(String(await failed), /cut off/);
  await closed;
  channel.taken(mebibyte.length);
  assert.equal(count, before);
});
