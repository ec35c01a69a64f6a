import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalSizeOf } from './terminal-size-of.ts';

test('terminalSizeOf reads what clients send, and takes nothing else for a size', () => {
  assert.deepEqual(terminalSizeOf('{"Width":80,"Height":24}'), { rows: 24, columns: 80 });
  for (const text of ['', '{', '{"Width":0,"Height":0}', '{"Width":80}', '{"Width":1e9,"Height":1}', '[]'])
    assert.equal(terminalSizeOf(text), undefined, text);
});
