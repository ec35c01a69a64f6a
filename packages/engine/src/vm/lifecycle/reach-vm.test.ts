import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { shellOf } from './reach-vm.ts';
import { uid, worldOf } from './world.sample.ts';

const op = { signal: new AbortController().signal, report: () => undefined };

test('shellOf: a VM with neither a key nor ports for commands needs a key', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'reach-vm-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const vm = sampleVm({ name: 'web', uid, status: { phase: 'Running' } });
    await assert.rejects(shellOf(vm, { timeoutMs: 1_000 }, host, op), {
      code: 'SSH_NO_KEY',
      message: 'VM "web" was created without an SSH key',
    });
    await assert.rejects(shellOf(vm, { timeoutMs: 1_000, identity: join(dir, 'none') }, host, op), {
      code: 'SSH_NO_KEY',
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
