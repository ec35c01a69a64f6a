import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localRunner } from './local-runner.ts';
import { tracedRunner } from './traced-runner.ts';

const { signal } = new AbortController();

async function trace(tool: string, args: readonly string[], output = false): Promise<readonly string[]> {
  const lines: string[] = [];
  const tell = (line: string) => lines.push(line.replace(/^\d+/, 'N'));
  const runner = tracedRunner(localRunner, { tell, output: () => output });
  await runner.run({ tool, args, stdin: 'secret' }, signal).catch(() => undefined);
  return lines;
}

test('tracedRunner: tells what was run, how it ended, and not what it read', async () => {
  assert.deepEqual(await trace('sh', ['-c', 'cat >/dev/null']), ["N ms, exit 0: sh -c 'cat >/dev/null'"]);
  assert.deepEqual(await trace('false', []), ['N ms, exit 1: false']);
  assert.deepEqual(await trace('/no/such/tool', []), ['N ms, did not run: /no/such/tool']);
});

test('tracedRunner: tells what was printed where that is asked for', async () => {
  assert.deepEqual(await trace('sh', ['-c', 'echo out; echo err >&2'], true), [
    "N ms, exit 0: sh -c 'echo out; echo err >&2'",
    '  out',
    '  err',
  ]);
});

test('tracedRunner: results and failures are the same', async () => {
  const runner = tracedRunner(localRunner, { tell: () => undefined, output: () => false });
  assert.equal((await runner.run({ tool: 'echo', args: ['x'] }, signal)).stdout, 'x\n');
  await assert.rejects(runner.run({ tool: 'false', args: [] }, signal), {
    name: 'ToolFailedError',
    exitCode: 1,
  });
});
