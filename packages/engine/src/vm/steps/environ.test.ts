import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environOf } from './environ.ts';

test("environOf: what is wanted stands over the image's, whatever is in it", () => {
  assert.deepEqual(environOf(['PATH=/bin', 'A=1=2', 'EMPTY'], { A: 'x=y\n', B: '' }), [
    'PATH=/bin',
    'EMPTY',
    'A=x=y\n',
    'B=',
  ]);
  assert.deepEqual(environOf(['PATH=/bin']), ['PATH=/bin']);
});
