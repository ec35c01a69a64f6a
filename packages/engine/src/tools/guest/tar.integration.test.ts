import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { unpackForeign } from './tar.ts';

test("unpackForeign: of a guest's devices none is made here, and what runs as its owner does not", async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-tar-'));
  try {
    const [from, to] = [join(dir, 'from'), join(dir, 'to')];
    for (const folder of [from, to]) mkdirSync(folder);
    writeFileSync(join(from, 'program'), 'x', { mode: 0o755 });
    execFileSync('chmod', ['6755', join(from, 'program')]);
    for (const [name, type] of [
      ['disk', 'b'],
      ['null', 'c'],
    ] as const)
      execFileSync('mknod', ['-m', '666', join(from, name), type, '1', '3']);
    const archive = execFileSync('tar', ['-c', '-C', from, '.']);
    await assert.rejects(
      runPipeline([unpackForeign(to)], { input: Readable.from([archive]) }, new AbortController().signal),
      (failure) => failure instanceof ToolFailedError && /Cannot mknod/.test(failure.stderr),
    );
    assert.deepEqual(readdirSync(to), ['program']);
    assert.equal(readFileSync(join(to, 'program'), 'utf8'), 'x');
    assert.equal(statSync(join(to, 'program')).mode & 0o7777, 0o755);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
