import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findProgram } from './find-program.ts';

const dir = mkdtempSync(join(tmpdir(), 'find-program-'));
const [before, path] = [process.cwd(), process.env['PATH']];
after(() => {
  process.chdir(before);
  process.env['PATH'] = path;
  rmSync(dir, { recursive: true });
});

test('findProgram: the folder that we were started in has no programs of ours, whatever PATH says', async () => {
  writeFileSync(join(dir, 'planted'), '#!/bin/sh\n', { mode: 0o755 });
  process.chdir(dir);
  for (const text of ['', ':/usr/bin', '.', '/usr/bin:']) {
    process.env['PATH'] = text;
    assert.equal(await findProgram('planted'), undefined, text);
  }
  process.env['PATH'] = dir;
  assert.equal(await findProgram('planted'), join(dir, 'planted'));
});
