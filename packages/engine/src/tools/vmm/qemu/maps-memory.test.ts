import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { Runner } from '@ignite/toolkit/process/runner';
import { mapsMemory } from './maps-memory.ts';

const dir = mkdtempSync(join(tmpdir(), 'maps-memory-'));
after(() => rmSync(dir, { recursive: true }));
const { signal } = new AbortController();

const older = 'memory-backend-file options:\n  prealloc=<bool>\n  readonly=<bool>\n';
const newer = `${older}  rom=<OnOffAuto>        - Whether to create Read Only Memory (ROM)\n`;

let runs = 0;
const runner: Runner = {
  run: async (...args) => {
    runs += 1;
    return await localRunner.run(...args);
  },
};

/** Puts a program in the place of QEMU, which prints its options of a file as memory. */
function install(options: string, name: string): string {
  const path = join(dir, name);
  writeFileSync(
    path,
    `#!/bin/sh\n[ "$*" = "-object memory-backend-file,help" ] || exit 1\ncat <<END\n${options}END\n`,
    {
      mode: 0o755,
    },
  );
  return path;
}

test('mapsMemory: a QEMU is asked once, and another one in its place is asked again', async () => {
  const runDir = join(dir, 'run');
  mkdirSync(runDir);
  const host = { paths: { runDir }, runner };
  const tool = install(older, 'qemu');
  assert.equal(await mapsMemory(tool, host, signal), false);
  assert.equal(await mapsMemory(tool, host, signal), false);
  assert.equal(runs, 1);
  install(newer, 'qemu');
  assert.equal(await mapsMemory(tool, host, signal), true);
  assert.equal(await mapsMemory(tool, host, signal), true);
  assert.equal(runs, 2);
  writeFileSync(join(runDir, 'qemu-maps-memory.json'), 'cut sho');
  assert.equal(await mapsMemory(tool, host, signal), true);
  assert.equal(runs, 3);
  assert.equal(await mapsMemory(join(dir, 'missing'), host, signal), false);
});

test('mapsMemory: a QEMU without such an option cannot', async () => {
  const tool = join(dir, 'refuses');
  writeFileSync(tool, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  assert.equal(await mapsMemory(tool, { paths: { runDir: dir }, runner }, signal), false);
});
