import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { passPipes } from './pass-pipes.ts';

test('passPipes: output and errors stay apart, and the exit status is that of the program', async () => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const exit = Promise.withResolvers<number>();
  const [out, err]: string[][] = [[], []];
  const passed = passPipes(
    { kind: 'piped', stdin, stdout, stderr, resize: () => {}, exitStatus: exit.promise },
    { out: { write: (part) => out!.push(String(part)) }, err: { write: (part) => err!.push(String(part)) } },
    false,
  );
  stdout.write('one');
  stderr.write('two');
  setImmediate(() => exit.resolve(7));
  assert.equal(await passed, 7);
  assert.deepEqual([out, err], [['one'], ['two']]);
});
