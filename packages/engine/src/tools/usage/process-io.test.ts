import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcessIo } from './process-io.ts';

test('parseProcessIo: what went from and to devices, not what the cache answered', () => {
  const io =
    'rchar: 14857328\nwchar: 2053946\nsyscr: 1528\nsyscw: 3205\nread_bytes: 4096\nwrite_bytes: 2383872\n';
  assert.deepEqual(parseProcessIo(`${io}cancelled_write_bytes: 0\n`), { read: 4096, written: 2383872 });
  assert.equal(parseProcessIo('rchar: 1\n'), undefined);
});
