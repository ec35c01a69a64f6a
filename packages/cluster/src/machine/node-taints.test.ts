import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Machine } from '../kinds/machine.ts';
import { nodeTaints } from './node-taints.ts';

const own = { key: 'kubeadm', effect: 'NoSchedule' };
const always = { key: 'gpu', value: 'yes', effect: 'NoSchedule', propagation: 'Always' } as const;
const once = { key: 'warming-up', effect: 'NoExecute', propagation: 'OnInitialization' } as const;
const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const warmingUp = { key: 'warming-up', effect: 'NoExecute' };
const spec = (...taints: NonNullable<Machine['spec']['taints']>): Machine['spec'] => ({
  clusterName: 'dev',
  bootstrap: {},
  infrastructureRef: { apiGroup: 'a', kind: 'b', name: 'c' },
  taints,
});

test('nodeTaints: a new node gets all taints of its Machine, and an old one those that stay', () => {
  const kept = 'gpu:NoSchedule';
  assert.deepEqual(nodeTaints([own], spec(always, once), { noted: '', isNew: true }), {
    taints: [own, gpu, warmingUp],
    kept,
  });
  assert.deepEqual(nodeTaints([own], spec(always, once), { noted: kept, isNew: false }), {
    taints: [own, gpu],
    kept,
  });
});

test('nodeTaints: what its Machine has lost the node loses, and nothing else', () => {
  const noted = 'gpu:NoSchedule';
  assert.deepEqual(nodeTaints([own, gpu, warmingUp], spec(), { noted, isNew: false }), {
    taints: [own, warmingUp],
    kept: '',
  });
  assert.deepEqual(nodeTaints([own, gpu], spec(), { noted: '', isNew: false }).taints, [own, gpu]);
});

test('nodeTaints: a value is changed in place, and what is as it should be stays the same list', () => {
  const old = [{ ...gpu, value: 'no' }, own];
  const settled = nodeTaints(old, spec(always), { noted: 'gpu:NoSchedule', isNew: false });
  assert.deepEqual(settled.taints, [gpu, own]);
  assert.equal(
    nodeTaints(settled.taints, spec(always), { noted: settled.kept, isNew: false }).taints,
    settled.taints,
  );
});
