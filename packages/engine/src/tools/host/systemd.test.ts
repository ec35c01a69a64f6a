import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { saysStopping } from './systemd.ts';

const signal = new AbortController().signal;

test('saysStopping: a host on its way down is known by what systemctl prints, though it fails', async () => {
  for (const [state, isStopping] of [
    ['stopping', true],
    ['degraded', false],
    ['offline', false],
  ] as const) {
    const output = { stdout: `${state}\n`, stderr: '' };
    const runner = {
      run: async () => {
        throw new ToolFailedError({ tool: 'systemctl', args: ['is-system-running'] }, 1, output);
      },
    };
    assert.equal(await saysStopping(runner, signal), isStopping, state);
  }
});
