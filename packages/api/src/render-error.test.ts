import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { exitStatusOf, renderError } from './render-error.ts';

test('renderError: one line of what happened and one of what to do', () => {
  const failure = new CodedError('VM_NOT_FOUND', 'there is no VM "x"', { hint: 'look' });
  assert.equal(renderError(failure, false), 'error: there is no VM "x"\nhint: look\n');
});

test('renderError: a line for each thing that is wrong', () => {
  const failure = new CodedError('VM_INVALID', 'one', { hint: 'look', further: ['two\nthree', 'four'] });
  assert.equal(renderError(failure, false), 'error: one\nerror: two three\nerror: four\nhint: look\n');
});

test("renderError: a tool's own words stand between them, and cannot move the cursor", () => {
  const cause = new ToolFailedError({ tool: 'skopeo', args: [] }, 1, { stdout: '', stderr: 'a\u001b[2Jb\r' });
  const text = renderError(new CodedError('REGISTRY_FAILED', 'no\u0007', { hint: 'wait', cause }), false);
  assert.match(text, /^error: no \ncause: skopeo exited with 1: a \[2Jb *\nhint: wait\n$/);
});

test('renderError: each of several causes has a line', () => {
  const cause = new AggregateError([new Error('one'), new Error('two')]);
  const failure = new CodedError('PREFLIGHT_FAILED', 'no', { hint: 'do', cause });
  assert.equal(renderError(failure, false), 'error: no\ncause: one\ncause: two\nhint: do\n');
});

test('renderError: a bug says so, and shows where when it is asked', () => {
  const bug = new TypeError('x is undefined');
  assert.match(renderError(bug, false), /^error: TypeError: x is undefined\nhint: this is a bug in Ignite/);
  assert.match(renderError(bug, true), /at .*error\.test\.ts/);
});

test('renderError: what the host is at fault for is no bug, and says what helps', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  assert.match(
    renderError(full, false),
    /^error: ENOSPC: no space left on device, write\nhint: free some disk space/,
  );
});

test('renderError: nor is it one of ours when a tool says so', () => {
  const stderr =
    'Write failed because No space left on device\nFATAL ERROR: Failed to write to output filesystem\n';
  const failure = new ToolFailedError({ tool: 'mksquashfs', args: [] }, 1, { stdout: '', stderr });
  assert.match(
    renderError(failure, false),
    /^error: mksquashfs: No space left on device\nhint: free some disk space/,
  );
  const other = new ToolFailedError({ tool: 'mksquashfs', args: [] }, 1, { stdout: '', stderr: 'oops' });
  assert.match(renderError(other, false), /bug in Ignite/);
});

test("renderError: a database that cannot be written is the host's fault, whatever SQLite says of it", () => {
  const failed = (errcode: number) =>
    renderError(Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode }), false);
  assert.match(
    failed(4_874),
    /^error: database of VMs: disk I\/O error\nhint: check whether the disk .* full/,
  );
  assert.match(failed(1_544), /\nhint: the data directory is not writable/);
  assert.match(failed(1), /\nhint: this is a bug in Ignite/);
});

test('renderError: for whoever debugs, all causes with their places follow', () => {
  const failure = new CodedError('VM_NOT_FOUND', 'what', { hint: 'do', cause: new Error('deep down') });
  assert.match(
    renderError(failure, true),
    /^error: what\nhint: do\ndebug: CodedError: what\n +at [^]*deep down[^]*at /,
  );
});

test('exitStatusOf: what was refused is told from what failed', () => {
  const coded = (code: string) => exitStatusOf(new CodedError(code, '', { hint: '' }));
  assert.equal(coded('USAGE_INVALID'), 2);
  assert.equal(coded('MANIFEST_INVALID'), 2);
  assert.equal(coded('VM_NOT_FOUND'), 1);
  assert.equal(exitStatusOf(new Error('x')), 1);
});
