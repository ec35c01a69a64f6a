import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { verified } from './snapshot.ts';

const data = Buffer.alloc(1_024, 'page');
const whole = Buffer.concat([data, createHash('sha256').update(data).digest()]);

/** Passes bytes on in parts of a size. */
async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function passed(bytes: Buffer, size: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of verified(inParts(bytes, size))) parts.push(part);
  return Buffer.concat(parts);
}

for (const size of [1, 7, 32, 33, 512, 4_096])
  test(`a snapshot in parts of ${size} bytes is passed on as it is`, async () => {
    assert.deepEqual(await passed(whole, size), whole);
  });

const changed = Buffer.from(whole);
changed[3] = 0;
const cases: readonly (readonly [string, Buffer, RegExp])[] = [
  ['one that was changed', changed, /damaged/],
  ['one that was cut off', whole.subarray(0, -1), /no whole snapshot/],
  ['one without its digest', data, /no whole snapshot/],
  ['nothing', Buffer.alloc(0), /no whole snapshot/],
  ['a digest alone', whole.subarray(-32), /no whole snapshot/],
];
for (const [name, bytes, message] of cases)
  test(`${name} is refused`, async () => {
    await assert.rejects(passed(bytes, 100), { code: 'ETCD_SNAPSHOT_INVALID', message });
  });
