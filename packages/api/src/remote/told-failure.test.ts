import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { failureOf, toldFailure } from './told-failure.ts';

test('toldFailure: the text of an error without a code stays on the server', () => {
  const failure = new Error("ENOENT: no such file or directory, open '/var/lib/ignite/keys/ada'");
  assert.deepEqual(toldFailure(failure), { message: 'the call failed: see the log of the server' });
});

test('toldFailure: what a user can cure is told whole', () => {
  const cause = new AggregateError([new Error('mount exited with 32')]);
  const failure = new CodedError('VM_INVALID', 'no image', { hint: 'name one', further: ['no CPU'], cause });
  assert.deepEqual(failureOf(toldFailure(failure)), failure);
});
