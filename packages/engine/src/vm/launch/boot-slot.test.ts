import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { acquireBootSlot } from './boot-slot.ts';

const runDir = mkdtempSync(join(tmpdir(), 'boot-slot-'));
after(() => rmSync(runDir, { recursive: true }));
const paths = { dataDir: runDir, runDir };
const never = new AbortController().signal;

test('as many kernels boot at once as there are slots, and the next one takes the first that is free', async () => {
  const [first, second] = [await acquireBootSlot(paths, never, 2), await acquireBootSlot(paths, never, 2)];
  await assert.rejects(acquireBootSlot(paths, AbortSignal.timeout(120), 2), /aborted/);
  const third = acquireBootSlot(paths, never, 2);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  second[Symbol.dispose]();
});
