import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { Vm } from '@ignite/api/v1/vm';
import { scaleOf } from '../resource/scale.ts';
import { vmScaling } from './vm-scale.ts';

const scaled = (vm: Vm, replicas: number): Vm => vmScaling.withReplicas(vm, replicas) as Vm;

test('vmScaling: the power of a VM is its number of replicas', () => {
  for (const [power, phase, replicas, actual] of [
    ['Running', 'Running', 1, 1],
    ['Paused', 'Paused', 1, 1],
    ['Running', 'Starting', 1, 0],
    ['Stopped', 'Running', 0, 1],
    ['Stopped', 'Stopped', 0, 0],
  ] as const) {
    const scale = scaleOf(sampleVm({ spec: { power }, status: { phase } }), vmScaling);
    assert.deepEqual([scale.spec, scale.status], [{ replicas }, { replicas: actual }]);
  }
});

test('vmScaling: 0 switches a VM off and 1 on, and more is refused', () => {
  const running = sampleVm({ status: { phase: 'Running', lastWish: { power: 'Running' } } });
  const off = scaled(running, 0);
  assert.equal(off.spec.power, 'Stopped');
  assert.deepEqual(scaled(off, 1), running);
  assert.deepEqual(scaled(running, 1), running, 'a VM that is up is not restarted');
  const paused = sampleVm({ spec: { power: 'Paused' }, status: { phase: 'Paused' } });
  assert.equal(scaled(paused, 1).spec.power, 'Paused');
  assert.throws(() => scaled(running, 2), { code: 'INVALID', message: /there once/ });
});

test('vmScaling: a VM that has ended by itself is started anew', () => {
  const ended = sampleVm({ status: { phase: 'Stopped', lastWish: { power: 'Running' } } });
  assert.ok(scaled(ended, 1).metadata.annotations[restartedAtAnnotation] !== undefined);
});
