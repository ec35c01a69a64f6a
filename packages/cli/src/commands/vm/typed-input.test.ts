import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypedInput } from './typed-input.ts';

test('TypedInput: text is typed as it is, and ends with ^D', () => {
  const input = new TypedInput();
  assert.equal(input.type(Buffer.from('héllo\n')).toString(), 'héllo\n');
  assert.deepEqual([...input.end()], [4]);
});

test('TypedInput: what a terminal would act upon is quoted', () => {
  const input = new TypedInput();
  assert.deepEqual(
    [...input.type(Buffer.of(0, 3, 4, 9, 13, 22, 127, 255))],
    [...[22, 0, 22, 3, 22, 4, 22, 9, 22, 13, 22, 22, 22, 127, 255]],
  );
});

test('TypedInput: a line that has not ended is passed on before the end', () => {
  const input = new TypedInput();
  input.type(Buffer.from('a\nb'));
  assert.deepEqual([...input.end()], [4, 4]);
});

test('TypedInput: a line that is too long for a terminal comes in parts, however it was read', () => {
  const input = new TypedInput();
  const typed = Buffer.concat([input.type(Buffer.alloc(3_000, 'x')), input.type(Buffer.alloc(6_000, 'x'))]);
  assert.deepEqual(
    typed
      .toString()
      .split('\u0004')
      .map((part) => part.length),
    [4_000, 4_000, 1_000],
  );
});
