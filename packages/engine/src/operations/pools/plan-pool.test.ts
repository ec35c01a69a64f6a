import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmPoolKind } from '@ignite/api/v1/object-kinds';
import { poolLabel, poolRevisionAnnotation } from '@ignite/api/v1/pool-marks';
import type { Vm } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { planPool, poolStatusOf, readyMembers, revisionOf } from './plan-pool.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');

const pool = (replicas: number, metadata: object = {}): WarmPool =>
  warmPoolKind.decode({
    apiVersion: 'ignite.weave.works/v1',
    kind: 'WarmPool',
    metadata: { namespace: 'default', name: 'workers', uid: 'p', ...metadata },
    spec: { replicas, template: { spec: { image: { oci: 'debian' } } } },
    status: { replicas: 0, readyReplicas: 0 },
  } as never);

interface Told {
  readonly name: string;
  readonly phase?: Vm['status']['phase'];
  readonly power?: Vm['spec']['power'];
  readonly ready?: boolean;
  readonly ageMs?: number;
  /** Null for a VM that no pool has made. */
  readonly revision?: string | null;
  readonly label?: string;
  readonly namespace?: string;
  readonly leaving?: boolean;
}

const vm = ({ name, phase = 'Running', power = 'Running', ready = phase === 'Running', ...told }: Told): Vm =>
  ({
    metadata: {
      namespace: told.namespace ?? 'default',
      name,
      creationTimestamp: new Date(nowMs - (told.ageMs ?? 3_600_000)).toISOString(),
      labels: { [poolLabel]: told.label ?? 'workers' },
      annotations:
        told.revision === null
          ? {}
          : { [poolRevisionAnnotation]: told.revision ?? revisionOf(pool(0).spec.template) },
      ...(told.leaving && { deletionTimestamp: '2026-01-01T11:00:00Z' }),
    },
    spec: { power },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  }) as unknown as Vm;

const cases: readonly {
  readonly what: string;
  readonly wanted: WarmPool;
  readonly vms: readonly Told[];
  readonly missing: number;
  readonly surplus?: readonly string[];
  readonly leaving?: readonly string[];
  readonly lookAgainMs?: number;
}[] = [
  { what: 'an empty pool gets its members', wanted: pool(2), vms: [], missing: 2 },
  {
    what: 'what is as wanted stays',
    wanted: pool(2),
    vms: [{ name: 'a' }, { name: 'b', phase: 'Starting' }],
    missing: 0,
  },
  {
    what: 'VMs of others are none of its members',
    wanted: pool(1),
    vms: [
      { name: 'a', label: 'others' },
      { name: 'b', namespace: 'prod' },
      { name: 'c', revision: null },
    ],
    missing: 1,
  },
  {
    what: 'of too many, those that are not ready go first, and then the newest',
    wanted: pool(1),
    vms: [
      { name: 'starts', phase: 'Starting', ageMs: 9_000_000 },
      { name: 'new', ageMs: 1_000 },
      { name: 'old', ageMs: 5_000 },
    ],
    missing: 0,
    surplus: ['starts', 'new'],
  },
  {
    what: 'members of another template are replaced',
    wanted: pool(1),
    vms: [{ name: 'a', revision: 'another' }],
    missing: 1,
    surplus: ['a'],
  },
  {
    what: 'one that has ended is replaced',
    wanted: pool(1),
    vms: [{ name: 'a', phase: 'Stopped' }],
    missing: 1,
    surplus: ['a'],
  },
  {
    what: 'one that somebody has paused is replaced',
    wanted: pool(1),
    vms: [{ name: 'a', phase: 'Paused', power: 'Paused' }],
    missing: 1,
    surplus: ['a'],
  },
  {
    what: 'one that has ended at once is replaced after a while',
    wanted: pool(1),
    vms: [{ name: 'a', phase: 'Stopped', ageMs: 50_000 }],
    missing: 0,
    lookAgainMs: 10_000,
  },
  {
    what: 'one whose start has failed is started again by others',
    wanted: pool(1),
    vms: [{ name: 'a', phase: 'Failed' }],
    missing: 0,
  },
  {
    what: 'those that are being removed are removed to the end, and are none of its number',
    wanted: pool(1),
    vms: [{ name: 'a', leaving: true }],
    missing: 1,
    leaving: ['a'],
  },
  {
    what: 'a pool that is deleted lets all go',
    wanted: pool(2, { deletionTimestamp: '2026-01-01T11:00:00Z' }),
    vms: [{ name: 'a' }, { name: 'b', phase: 'Starting' }],
    missing: 0,
    surplus: ['a', 'b'],
  },
];

for (const { what, wanted, vms, missing, surplus = [], leaving = [], lookAgainMs } of cases)
  test(`planPool: ${what}`, () => {
    const plan = planPool(wanted, vms.map(vm), nowMs);
    const named = (all: readonly Vm[]): readonly string[] => all.map(({ metadata }) => metadata.name);
    assert.equal(plan.missing, missing);
    assert.deepEqual(named(plan.surplus).toSorted(), surplus.toSorted());
    assert.deepEqual(named(plan.leaving), leaving);
    assert.equal(plan.lookAgainMs, lookAgainMs);
  });

test('readyMembers: only those that run, answer and are of the template of today can be taken', () => {
  const told = [
    { name: 'ready' },
    { name: 'silent', ready: false },
    { name: 'old', revision: 'another' },
    { name: 'paused', power: 'Paused' },
    { name: 'leaving', leaving: true },
  ] as const;
  const found = readyMembers(pool(1), told.map(vm));
  assert.deepEqual(
    found.map(({ metadata }) => metadata.name),
    ['ready'],
  );
  assert.deepEqual(poolStatusOf(pool(1), told.map(vm)), {
    replicas: 4,
    readyReplicas: 1,
    selector: 'ignite.weave.works/pool=workers',
  });
});
