import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { runPipeline } from './pipeline.ts';
import { ToolFailedError } from './runner.ts';

const signal = new AbortController().signal;
const shell = (script: string) => ({ tool: 'sh', args: ['-c', script] });

function collector(): { readonly stream: Writable; readonly text: () => string } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString() };
}

test('runPipeline: what the first tool writes the last one hands on, and every byte is counted', async () => {
  let count = 0;
  const { stream, text } = collector();
  const onBytes = (more: number): void => void (count += more);
  await runPipeline(
    [shell('cat; echo b'), shell('tr ab xy'), shell('cat')],
    { input: Readable.from(['a\n']), output: stream, onBytes },
    signal,
  );
  assert.equal(text(), 'x\ny\n');
  assert.equal(count, 4);
});

test('runPipeline: one tool alone, with input and output or without', async () => {
  const { stream, text } = collector();
  await runPipeline([shell('cat')], { input: Readable.from(['hello']), output: stream }, signal);
  assert.equal(text(), 'hello');
  await runPipeline([shell('cat; echo unseen')], {}, signal);
});

test('runPipeline: a tool that fails ends the others, and is the one told of', async () => {
  const begin = Date.now();
  await assert.rejects(
    runPipeline([shell('yes; sleep 60'), shell('read line; echo why >&2; exit 3')], {}, signal),
    (failure) =>
      failure instanceof ToolFailedError && failure.exitCode === 3 && failure.message.endsWith('why'),
  );
  assert.ok(Date.now() - begin < 10_000);
});

test('runPipeline: an abort ends all tools', async () => {
  const stop = new AbortController();
  const run = runPipeline([shell('exec sleep 60'), shell('exec cat')], {}, stop.signal);
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await assert.rejects(run, /enough/);
});
