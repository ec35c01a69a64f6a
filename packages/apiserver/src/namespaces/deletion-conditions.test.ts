import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletionConditions } from './deletion-conditions.ts';

const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'];

test('a namespace says what it still holds, who must clean up, and since when that is so', () => {
  const pots = { resource: 'pots.garden.example', count: 2, finalizers: ['a', 'b', 'a'] };
  const maps = { resource: 'configmaps', count: 1, finalizers: [] };
  const first = deletionConditions([pots, maps], [], early);
  assert.deepEqual(
    first.map(({ message }) => message),
    [
      'Some resources are remaining: configmaps has 1 resource instances, pots.garden.example has 2 resource instances',
      'Some content in the namespace has finalizers remaining: a in 2 resource instances, b in 1 resource instances',
    ],
  );
  const [newer] = deletionConditions([{ ...maps, later: 1 }], [], early);
  assert.match(
    newer?.message ?? '',
    /configmaps has 1 resource instances \(1 created since the deletion began/,
  );
  assert.ok(first.every(({ status }) => status === 'True'));
  const next = deletionConditions([maps], first, late);
  assert.deepEqual(
    next.map(({ type, status, lastTransitionTime }) => [type, status, lastTransitionTime]),
    [
      ['NamespaceContentRemaining', 'True', early],
      ['NamespaceFinalizersRemaining', 'False', late],
    ],
  );
});
