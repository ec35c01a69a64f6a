import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmStatus } from '@ignite/api/v1/vm';
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

test('outcomeOf: a guest that may still tell of its user data is looked at again, a tenth late at most', () => {
  const spec = { cloudInit: { userDataSecretRef: { name: 'boot', key: 'value' } } };
  const image = { digest: 'sha256:0', bootMode: 'init' } as const;
  const soon = (startTime: string, more: Partial<VmStatus> = {}, wanted: object = spec) =>
    outcomeOf(sampleVm({ spec: wanted, status: { phase: 'Running', image, startTime, ...more } }), nowMs)
      .requeueAfterMs;
  assert.equal(soon('2026-01-01T12:00:00Z'), 2_000);
  assert.equal(soon('2026-01-01T11:50:00Z', { bootstrap: { state: 'Running', output: '' } }), 60_000);
  for (const state of ['Done', 'Failed', 'Refused', 'CloudInit'] as const)
    assert.equal(soon('2026-01-01T12:00:00Z', { bootstrap: { state, output: '' } }), undefined, state);
  assert.equal(soon('2026-01-01T12:00:00Z', {}, {}), undefined);
  assert.equal(soon('2026-01-01T12:00:00Z', { phase: 'Stopped' }), undefined);
  assert.equal(soon('2026-01-01T12:00:00Z', { image: { ...image, bootMode: 'entrypoint' } }), undefined);
});
