import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { wantedPower } from './wanted-power.ts';

const ended = sampleVm({ status: { phase: 'Stopped', lastWish: { power: 'Running' } } });

test('wantedPower: an update does not start a VM that has ended by itself', () => {
  assert.equal(wantedPower(ended, 'Stopped'), 'Stopped');
});

test('wantedPower: a restart that was cut short after the stop is still wanted', () => {
  const annotations = { [restartedAtAnnotation]: '2026-01-01T12:00:00.000Z' };
  const cut = { ...ended, metadata: { ...ended.metadata, annotations } };
  assert.equal(wantedPower(cut, 'Stopped'), 'Running');
});
