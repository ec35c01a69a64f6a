import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sampleMachine } from '../kinds/machine.sample.ts';
import type { Machine } from '../kinds/machine.ts';
import { planPool } from './plan-pool.ts';

const old = sampleMachine({ name: 'old', createdMs: 1 });
const young = sampleMachine({ name: 'young', createdMs: 2 });
const nodeless = sampleMachine({ name: 'nodeless', createdMs: 3, hasNode: false });
const marked = sampleMachine({
  ...{ name: 'marked', createdMs: 4 },
  annotations: { 'cluster.x-k8s.io/delete-machine': '' },
});
const outdated = (name: string, createdMs: number, isReady = true): Machine =>
  sampleMachine({ name: `outdated-${name}`, createdMs, conditions: [isReady ? 'Ready' : '!Ready'] });
const outdatedNodeless = sampleMachine({ name: 'outdated-nodeless', hasNode: false });
const ready = sampleMachine({ name: 'ready', createdMs: 9, conditions: ['Ready'] });
const second = sampleMachine({ name: 'second', createdMs: 10, conditions: ['Ready'] });
const leaving = sampleMachine({ name: 'leaving', isLeaving: true });

describe('planPool', () => {
  const cases: readonly (readonly [
    string,
    replicas: number,
    made: number,
    machines: readonly Machine[],
    missing: number,
    surplus: readonly string[],
  ])[] = [
    ['a new pool', 3, 0, [], 3, []],
    ['machines whose Machine is still to be made count', 3, 3, [], 0, []],
    ['one is missing', 3, 2, [old, young], 1, []],
    ['what is leaving is replaced when it is gone', 2, 2, [old, leaving], 0, []],
    ['the oldest goes', 1, 2, [young, old], 0, ['old']],
    ['one without a node goes before', 2, 3, [old, young, nodeless], 0, ['nodeless']],
    ['one that is marked before all', 1, 4, [old, young, nodeless, marked], 0, ['marked', 'nodeless', 'old']],
    ['what is leaving is one less to go', 1, 3, [old, young, leaving], 0, ['old']],
    ['for outdated machines, one more is made', 2, 2, [outdated('a', 1), outdated('b', 2)], 1, []],
    ['they stay until it is ready', 2, 3, [outdated('a', 1), outdated('b', 2), young], 0, []],
    ['then the oldest goes', 2, 3, [outdated('b', 2), outdated('a', 1), ready], 0, ['outdated-a']],
    ['the next one is made when it has gone', 2, 3, [outdated('b', 2), ready, leaving], 0, []],
    ['one that is not ready stays until there is another', 2, 2, [outdated('a', 1, false), ready], 1, []],
    ['until that is ready', 2, 3, [outdated('a', 1, false), ready, young], 0, []],
    ['or has a node at all', 2, 3, [outdated('a', 1, false), outdated('b', 2, false), nodeless], 0, []],
    ['and goes then', 2, 3, [outdated('a', 1, false), ready, second], 0, ['outdated-a']],
    ['none goes because all are silent', 2, 2, [outdated('a', 1, false), outdated('b', 2, false)], 1, []],
    ['one that has no node goes at once', 2, 2, [outdatedNodeless, ready], 1, ['outdated-nodeless']],
    [
      'an outdated one goes before a younger or older one',
      1,
      3,
      [old, outdated('a', 7), ready],
      0,
      ['outdated-a'],
    ],
    ['a pool that is to be empty makes none', 0, 1, [outdated('a', 1)], 0, ['outdated-a']],
  ];
  for (const [name, replicas, made, machines, missing, surplus] of cases)
    test(name, () => {
      const plan = planPool(replicas, made, machines, ({ metadata }) => metadata.name.startsWith('outdated'));
      assert.equal(plan.missing, missing);
      assert.deepEqual(
        plan.surplus.map(({ metadata }) => metadata.name),
        surplus,
      );
    });
});
