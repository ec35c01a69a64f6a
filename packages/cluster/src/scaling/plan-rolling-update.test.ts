import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planOnDelete } from './plan-on-delete.ts';
import { planProportionalScale } from './plan-proportional-scale.ts';
import { type RollingUpdate, planRollingUpdate, sizesOfOld } from './plan-rolling-update.ts';
import type { SetSize } from './set-size.ts';

/** Reads `3/2/1`: wanted, actual and available. */
function size(name: string, text: string): SetSize {
  const [wanted = 0, actual = 0, available = 0] = text.split('/').map(Number);
  return { name, wanted, actual, available };
}

interface Case {
  readonly limits?: { readonly replicas: number; readonly maxSurge: number; readonly maxUnavailable: number };
  readonly current: string;
  readonly old: readonly string[];
  readonly planned: Readonly<Record<string, number>>;
}

const limits = { replicas: 3, maxSurge: 1, maxUnavailable: 0 };
const cases: readonly Case[] = [
  { current: '1/1/1', old: ['2/2/2'], planned: {} },
  { current: '1/1/1', old: ['3/3/3'], planned: { ms1: 2 } },
  { current: '1/1/0', old: ['3/3/3'], planned: {} },
  { current: '1/1/1', old: ['3/3/2'], planned: {} },
  { current: '1/1/1', old: ['2/3/3'], planned: {} },
  {
    limits: { replicas: 6, maxSurge: 3, maxUnavailable: 1 },
    current: '3/0/0',
    old: ['2/3/3', '3/3/3'],
    planned: {},
  },
  { current: '1/1/1', old: ['2/2/2', '1/1/0', '2/2/0'], planned: { ms2: 0, ms3: 0 } },
  { current: '1/1/1', old: ['3/3/3', '1/1/0', '2/2/0'], planned: { ms1: 2, ms2: 0, ms3: 0 } },
  { current: '1/1/1', old: ['4/3/3', '2/1/0', '5/2/0'], planned: { ms1: 2, ms2: 0, ms3: 0 } },
  { current: '1/1/1', old: ['1/1/1', '1/1/0', '2/2/1'], planned: { ms2: 0 } },
  { current: '1/1/1', old: ['2/1/1', '3/1/0', '3/2/1'], planned: { ms1: 1, ms2: 0, ms3: 2 } },
  { current: '2/2/2', old: ['3/4/4'], planned: { ms1: 2 } },
];

const deadlock = { replicas: 10, maxSurge: 0, maxUnavailable: 1 };

const deadlocks: readonly Case[] = [
  { limits: deadlock, current: '5/5/5', old: ['5/5/3'], planned: { ms1: 4 } },
  { limits: deadlock, current: '5/5/3', old: ['5/5/3'], planned: {} },
  { limits: deadlock, current: '6/5/5', old: ['5/5/3'], planned: {} },
  { limits: deadlock, current: '5/5/5', old: ['4/5/4'], planned: {} },
];

const updateOf = ({ limits: own, current, old }: Case): RollingUpdate => ({
  ...(own ?? limits),
  current: size('new', current),
  old: old.map((text, at) => size(`ms${at + 1}`, text)),
});

describe('sizesOfOld: old MachineSets shrink as far as enough stays available', () => {
  for (const each of cases)
    test(`${each.current} and ${each.old.join(', ')}`, () => {
      const update = updateOf(each);
      assert.deepEqual(Object.fromEntries(sizesOfOld(update, update.current.wanted)), each.planned);
    });
});

describe('planRollingUpdate: an old Machine that is never available does not hold it up for ever', () => {
  for (const each of deadlocks)
    test(`${each.current} and ${each.old.join(', ')}`, () => {
      assert.deepEqual(Object.fromEntries(planRollingUpdate(updateOf(each))), each.planned);
    });
});

/** Runs an update in which each step is done at once, and returns what each step has changed. */
function trace(replicas: number, maxSurge: number, maxUnavailable: number): readonly string[] {
  let [fresh, old] = [0, replicas];
  const settled = (name: string, wanted: number): SetSize => ({
    name,
    wanted,
    actual: wanted,
    available: wanted,
  });
  const steps: string[] = [];
  for (let round = 0; round < 50; round += 1) {
    const sizes = planRollingUpdate({
      ...{ replicas, maxSurge, maxUnavailable },
      current: settled('new', fresh),
      old: [settled('old', old)],
    });
    if (sizes.size === 0) return steps;
    steps.push(
      ['old', 'new'].flatMap((name) => (sizes.has(name) ? [`${name} ${sizes.get(name)}`] : [])).join(', '),
    );
    [fresh, old] = [sizes.get('new') ?? fresh, sizes.get('old') ?? old];
  }
  return [...steps, 'and so on'];
}

test('planRollingUpdate: whole updates go as in Cluster API', () => {
  assert.deepEqual(trace(3, 1, 0), ['new 1', 'old 2', 'new 2', 'old 1', 'new 3', 'old 0']);
  assert.deepEqual(trace(6, 3, 1), ['old 5, new 3', 'old 2, new 4', 'old 1, new 6', 'old 0']);
  assert.deepEqual(trace(6, 1, 3), ['old 3, new 1', 'old 2, new 4', 'old 0, new 5', 'new 6']);
});

test('planRollingUpdate: a MachineSet that is too large is scaled down at once', () => {
  assert.deepEqual(
    [...planRollingUpdate({ ...limits, current: size('new', '5/5/5'), old: [] })],
    [['new', 3]],
  );
});

test('planOnDelete: what people delete comes back in the new MachineSet alone', () => {
  const plan = (replicas: number, current: string, ...old: readonly string[]) =>
    Object.fromEntries(
      planOnDelete(
        replicas,
        size('new', current),
        old.map((text, at) => size(`ms${at + 1}`, text)),
      ),
    );
  assert.deepEqual(plan(3, '0/0/0', '3/3/3'), {});
  assert.deepEqual(plan(3, '0/0/0', '3/2/2'), { ms1: 2, new: 1 });
  assert.deepEqual(plan(3, '1/1/1', '2/2/2'), {});
  assert.deepEqual(plan(2, '1/1/1', '1/1/1', '1/1/1'), { ms1: 0 });
  assert.deepEqual(plan(0, '1/1/1', '1/1/1'), { ms1: 0, new: 0 });
});

test('planProportionalScale: MachineSets share a change in the ratio of their sizes', () => {
  const plan = (replicas: number, ...sizes: readonly number[]) =>
    Object.fromEntries(
      planProportionalScale(
        { replicas, maxSurge: 0 },
        sizes.map((wanted, at) => ({
          ...size(`ms${at + 1}`, `${wanted}/${wanted}/${wanted}`),
          createdMs: at,
          previousMost: undefined,
        })),
      ),
    );
  assert.deepEqual(plan(5, 3), { ms1: 5 });
  assert.deepEqual(plan(20, 6, 4), { ms1: 12, ms2: 8 });
  assert.deepEqual(plan(5, 6, 4), { ms1: 3, ms2: 2 });
  assert.deepEqual(plan(11, 5, 5), { ms2: 6 }, 'the newest gets what is left over');
  assert.deepEqual(plan(9, 5, 5), { ms1: 4 }, 'the oldest gives it');
  assert.deepEqual(plan(0, 6, 4), { ms1: 0, ms2: 0 });
});
