import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { processStartTime } from './pid.ts';
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
  const forever = 'echo $$; yes; exec sleep infinity';
  let pid = 0;
  await assert.rejects(
    runPipeline([shell(forever), shell('read pid; echo $pid why >&2; exit 3')], {}, signal),
    (failure) => {
      assert.ok(failure instanceof ToolFailedError && failure.exitCode === 3);
      pid = Number(/: (\d+) why$/.exec(failure.message)?.[1]);
      return true;
    },
  );
  assert.ok(pid > 0 && processStartTime(pid) === undefined, 'the other is gone');
});

test('runPipeline: of two that fail the one is told of that failed first', async () => {
  for (let times = 0; times < 20; times += 1)
    await assert.rejects(
      runPipeline([shell('echo no such folder >&2; exit 4'), shell('cat; exit 5')], {}, signal),
      (failure) => failure instanceof ToolFailedError && failure.message.endsWith('no such folder'),
    );
});

test('runPipeline: a tool that makes a failure of being ended does not hide why it was ended', async () => {
  const sender = shell('trap "exit 255" TERM; echo x; sleep 60 & wait');
  await assert.rejects(
    runPipeline([sender, shell('read line; echo why >&2; exit 2')], {}, signal),
    (failure) => failure instanceof ToolFailedError && failure.message === 'sh exited with 2: why',
  );
});

test('runPipeline: an abort ends all tools', async () => {
  const stop = new AbortController();
  const onBytes = (): void => stop.abort(new Error('enough'));
  const commands = [shell('echo up; exec sleep infinity'), shell('exec cat')];
  await assert.rejects(runPipeline(commands, { onBytes }, stop.signal), /enough/);
});

test('runPipeline: a tool that is not installed is named, wherever it stands', async () => {
  const missing = { tool: 'no-such-tool', args: [] };
  // The writer may end, or be reported, before the missing tool. This is a race, so it is tried several
  // times.
  const after = Array.from({ length: 20 }, () => [shell('yes'), missing]);
  for (const commands of [[missing], ...after, [missing, shell('cat')]])
    await assert.rejects(runPipeline(commands, {}, signal), {
      code: 'TOOL_MISSING',
      message: /no-such-tool/,
    });
});

test('runPipeline: an output that is ours is ended, any other stays open', async () => {
  for (const endsOutput of [true, false]) {
    const { stream, text } = collector();
    await runPipeline([shell('echo a')], { output: stream, endsOutput }, signal);
    assert.equal(text(), 'a\n');
    assert.equal(stream.writableFinished, endsOutput);
  }
});
