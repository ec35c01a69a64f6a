import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { runPiped } from './piped.ts';

const never = new AbortController().signal;
const shell = (script: string, signal = never) => runPiped({ tool: 'sh', args: ['-c', script] }, signal);

test('runPiped: input, output, errors and the exit status are those of the tool', async () => {
  const tool = shell('cat; echo wrong >&2; exit 3');
  tool.stdin.end('typed');
  assert.deepEqual(await Promise.all([text(tool.stdout), text(tool.stderr), tool.exitStatus]), [
    'typed',
    'wrong\n',
    3,
  ]);
});

test('runPiped: the exit status tells of a signal', async () => {
  const tool = shell('kill -9 $$');
  tool.stdout.resume();
  tool.stderr.resume();
  assert.equal(await tool.exitStatus, 137);
});

test('runPiped: a tool that reads no input, is ended, or is missing', async () => {
  const deaf = shell('exec <&-; echo done');
  deaf.stdin.end(Buffer.alloc(2 ** 20));
  deaf.stderr.resume();
  assert.equal(await text(deaf.stdout), 'done\n');
  const stop = new AbortController();
  const endless = shell('exec sleep 1000', stop.signal);
  stop.abort();
  await assert.rejects(endless.exitStatus, { name: 'AbortError' });
  await assert.rejects(runPiped({ tool: '/none', args: [] }, never).exitStatus, { code: 'TOOL_MISSING' });
});
