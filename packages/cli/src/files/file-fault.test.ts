import assert from 'node:assert/strict';
import { readFileSync, renameSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileFault } from './file-fault.ts';

function faultOf(act: () => void): string {
  try {
    act();
  } catch (failure) {
    return fileFault(failure);
  }
  throw new Error('it did not fail');
}

test('fileFault: what Linux says is left of what Node says', () => {
  assert.equal(
    faultOf(() => readFileSync("/no/such, open 'x'")),
    'no such file or directory',
  );
  assert.equal(
    faultOf(() => readFileSync('/')),
    'illegal operation on a directory',
  );
  assert.equal(
    faultOf(() => readdirSync('/dev/null')),
    'not a directory',
  );
  assert.equal(
    faultOf(() => renameSync('/no/such', '/no/where')),
    'no such file or directory',
  );
});

test('fileFault: any other failure is told as it is', () => {
  assert.equal(fileFault(new RangeError('it is larger than 5 bytes')), 'it is larger than 5 bytes');
  assert.equal(fileFault('no'), 'no');
});
