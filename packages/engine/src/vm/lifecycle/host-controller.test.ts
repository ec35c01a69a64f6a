import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { areVmsControlled, takeControl } from './host-controller.ts';

test('areVmsControlled: for as long as a process has taken control', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'control-test-'));
  t.after(() => rm(dir, { recursive: true }));
  const paths = { dataDir: dir, runDir: dir };
  assert.equal(areVmsControlled(paths), false);
  {
    using _control = await takeControl(paths, t.signal);
    assert.equal(areVmsControlled(paths), true);
  }
  assert.equal(areVmsControlled(paths), false);
});
