import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import type { LogLevel } from '../../arguments/log-level.ts';
import { Progress } from './progress.ts';

function capture(isTty: boolean, level: LogLevel, use: (progress: Progress) => void): string {
  let text = '';
  const err = new Writable({
    write: (part: Buffer, _encoding, done) => {
      text += part.toString();
      done();
    },
  });
  {
    using progress = new Progress({ out: err, err, isTty, isColoured: false, env: {} }, level);
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
  assert.equal(capture(false, 'info', twoSteps), 'Pulling\nwarning: slow\nStarting\n');
});

test('Progress: on a terminal the line under way is replaced when it is done', (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const text = capture(true, 'info', (progress) => {
    twoSteps(progress);
    t.mock.timers.setTime(1_500);
  });
  assert.match(text, /\r\u001b\[K✓ Pulling 0\.0s\nwarning: slow\n/);
  assert.match(text, /\r\u001b\[K✓ Starting 1\.5s\n$/);
});

test('Progress: the step that fails is marked so, and the steps before it are done', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  let text = '';
  const err = { write: (part: string | Uint8Array) => (text += String(part)) };
  using progress = new Progress({ out: err, err, isTty: true, isColoured: false, env: {} }, 'info');
  const failing = async (): Promise<void> => {
    twoSteps(progress);
    throw new Error('no');
  };
  await assert.rejects(progress.follow(failing), { message: 'no' });
  progress.end();
  assert.match(text, /\r\u001b\[K✓ Pulling 0\.0s\nwarning: slow\n[^\n]*\r\u001b\[K✗ Starting 0\.0s\n$/);
});

test('Progress: a lower level tells warnings alone, and the lowest nothing', () => {
  assert.equal(capture(false, 'warn', twoSteps), 'warning: slow\n');
  assert.equal(capture(false, 'error', twoSteps), '');
});

test('Progress: notes are told with the steps, and no more than they are below that level', () => {
  const noting = (progress: Progress): void => progress.note('a.yaml:3: it has no effect');
  assert.equal(capture(false, 'info', noting), 'note: a.yaml:3: it has no effect\n');
  assert.equal(capture(false, 'warn', noting), '');
});

test('Progress: what a step has carried stands behind it, on a terminal', (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const pulling = (progress: Progress): void => {
    progress.report({ kind: 'step', message: 'Pulling' });
    progress.report({ kind: 'transfer', what: 'Pulling', done: 5 * 2 ** 20 });
  };
  assert.match(capture(true, 'info', pulling), /^[^✓]*\r\u001b\[K✓ Pulling 5\.0 MB 0\.0s\n$/);
  assert.equal(capture(false, 'info', pulling), 'Pulling\n');
});

test('Progress: the line under way takes one line of however narrow a terminal', (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const text = capture(true, 'info', (progress) => progress.report({ kind: 'step', message: 'Pulling' }));
  assert.match(text, /^\r\u001b\[K\u001b\[\?7l\S Pulling 0\.0s\u001b\[\?7h\r/);
});

test('Progress: once all is done nothing is drawn over what others write', (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'] });
  let seen = '';
  const err = { write: (part: string | Uint8Array) => (seen += String(part)) };
  using progress = new Progress({ out: err, err, isTty: true, isColoured: false, env: {} }, 'info');
  progress.report({ kind: 'step', message: 'Starting' });
  t.mock.timers.tick(1_000);
  assert.match(seen, /Starting 1\.0s/, 'it is drawn while it goes on');
  progress.end();
  seen = '';
  t.mock.timers.tick(1_000);
  assert.equal(seen, '');
});

test('Progress: text of others is on one line, and cannot move the cursor', () => {
  const hostile = 'a\u001b]0;x\u0007\u009b2J\nerror: fake\u202e';
  const text = capture(true, 'debug', (progress) => {
    progress.report({ kind: 'step', message: hostile });
    progress.report({ kind: 'transfer', what: hostile, done: 1 });
    progress.report({ kind: 'warning', message: hostile });
    progress.note(hostile);
    progress.debug(hostile);
  });
  assert.doesNotMatch(
    text.replaceAll(/\r\u001b\[K|\u001b\[\?7[lh]/g, ''),
    /[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]/,
  );
  assert.doesNotMatch(text, /^error:/m);
});
