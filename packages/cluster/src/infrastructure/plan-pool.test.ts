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
  ];
  for (const [name, replicas, made, machines, missing, surplus] of cases)
    test(name, () => {
      const plan = planPool(replicas, made, machines);
      assert.equal(plan.missing, missing);
      assert.deepEqual(
        plan.surplus.map(({ metadata }) => metadata.name),
        surplus,
      );
    });
});
