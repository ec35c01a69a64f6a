import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesIn } from '@ignite/toolkit/files/names-in';
import type { Runner } from '@ignite/toolkit/process/runner';
import { unpackRoot } from './program-root.ts';

test('an unpacked image is on the disk before it is at its place', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'program-root-'));
  const done: string[] = [];
  const runner: Runner = {
    run: async ({ tool, args }) => {
      const draft = args.at(-1)!;
      if (tool === 'umoci') await mkdir(draft);
      else done.push(`${tool} ${(await namesIn(folder.path)).join()}`);
      return { stdout: '', stderr: '' };
    },
  };
  await unpackRoot('image', join(folder.path, 'abc'), runner, new AbortController().signal);
  assert.deepEqual(done, ['sync draft']);
  assert.deepEqual(await namesIn(folder.path), ['abc']);
});
