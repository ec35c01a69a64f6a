import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeDeclared } from './merge-declared.ts';

test('what is declared is merged with what others have written', () => {
  for (const [live, before, wanted, merged] of [
    [{ a: 1, host: 'x' }, undefined, { a: 2 }, { a: 2, host: 'x' }],
    [{ a: 1, b: 2, host: 'x' }, { a: 1, b: 2 }, { a: 1 }, { a: 1, host: 'x' }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, { a: {} }, { a: { c: 2 } }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, {}, {}],
    [{ list: [1, 2, 3] }, { list: [1] }, { list: [4] }, { list: [4] }],
    [undefined, undefined, { a: 1 }, { a: 1 }],
    [{ a: 1 }, 'no record', { a: 1 }, { a: 1 }],
  ])
    assert.deepEqual(mergeDeclared(live, before, wanted), merged);
});
