import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { Progress } from './progress.ts';

function capture(isTty: boolean, quiet: boolean, use: (progress: Progress) => void): string {
  let text = '';
  const err = new Writable({
    write: (part: Buffer, _encoding, done) => {
      text += part.toString();
      done();
    },
  });
  {
    using progress = new Progress({ out: err, err, isTty, isColoured: false, env: {} }, quiet);
    use(progress);
  }
  return text;
}

const twoSteps = (progress: Progress): void => {
  progress.report({ kind: 'step', message: 'Pulling' });
  progress.report({ kind: 'warning', message: 'slow' });
  progress.report({ kind: 'step', message: 'Starting' });
};

test('Progress: plain lines where nobody watches', () => {
  assert.equal(capture(false, false, twoSteps), 'Pulling\nwarning: slow\nStarting\n');
});

test('Progress: on a terminal the line under way is replaced when it is done', () => {
  const text = capture(true, false, twoSteps);
  assert.match(text, /\r\u001b\[K✓ Pulling 0\.0s\nwarning: slow\n/);
  assert.match(text, /\r\u001b\[K✓ Starting 0\.0s\n$/);
});

test('Progress: quiet leaves the warnings alone', () => {
  assert.equal(capture(false, true, twoSteps), 'warning: slow\n');
});
