import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { outcomeOf } from './outcome.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const startRetry = { pauseMs: 10_000, nextTime: '2026-01-01T12:00:10.000Z' };

test('outcomeOf: a start that has failed is tried again, unless the guest shall stay suspended', () => {
  for (const [power, phase, requeueAfterMs] of [
    ['Running', 'Failed', 10_000],
    ['Running', 'Suspended', 10_000],
    ['Paused', 'Suspended', 10_000],
    ['Suspended', 'Suspended', undefined],
    ['Stopped', 'Stopped', undefined],
  ] as const) {
    const vm = sampleVm({ spec: { power }, status: { phase, startRetry } });
    assert.equal(outcomeOf(vm, nowMs).requeueAfterMs, requeueAfterMs, `${power}, ${phase}`);
  }
});
