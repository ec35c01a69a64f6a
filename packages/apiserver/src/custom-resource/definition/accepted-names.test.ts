import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEstablished, statusWithNames } from './accepted-names.ts';
import type { DefinitionNames } from './definition.ts';
import { potDefinition } from '../pot.sample.ts';

const now = '2026-01-01T00:00:00Z';
const accepted = (names: DefinitionNames) => ({
  ...potDefinition({ names }),
  status: statusWithNames(potDefinition({ names }), [], now),
});
const pot = accepted({
  plural: 'pots',
  singular: 'pot',
  kind: 'Pot',
  listKind: 'PotList',
  shortNames: ['po'],
});

test('statusWithNames: the names of the first definition are accepted, which establishes it', () => {
  assert.deepEqual(
    pot.status.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['NamesAccepted', 'True', 'NoConflicts'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ],
  );
  assert.deepEqual(pot.status.acceptedNames, pot.spec.names);
  assert.ok(isEstablished(pot));
  assert.deepEqual(statusWithNames(pot, [], '2026-02-02T00:00:00Z'), pot.status);
});

test('statusWithNames: a name of another kind of the group is not accepted, and the kind not served', () => {
  const names = {
    plural: 'pans',
    singular: 'pan',
    kind: 'Pot',
    listKind: 'PanList',
    shortNames: ['po', 'pa'],
  };
  const pan = potDefinition({ names });
  const { conditions = [], acceptedNames } = statusWithNames(pan, [pot], now);
  assert.deepEqual(
    conditions.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      ['NamesAccepted', 'False', 'ShortNamesConflict', '"po" is already in use'],
      ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
    ],
  );
  assert.deepEqual(acceptedNames, { plural: 'pans', singular: 'pan', listKind: 'PanList' });
  const ofOtherGroup = potDefinition({ names, group: 'kitchen.example' });
  assert.equal(statusWithNames(ofOtherGroup, [pot], now).conditions?.[1]?.status, 'True');
});

test('statusWithNames: an established kind that wants a taken name keeps its old one and is served on', () => {
  const pan = accepted({ plural: 'pans', singular: 'pan', kind: 'Pan', listKind: 'PanList' });
  const wanting = { ...pan, spec: { ...pan.spec, names: { ...pan.spec.names, singular: 'pot' } } };
  const { conditions = [], acceptedNames } = statusWithNames(wanting, [pot], now);
  assert.equal(acceptedNames?.singular, 'pan');
  assert.deepEqual(
    conditions.map(({ status, reason }) => [status, reason]),
    [
      ['False', 'SingularConflict'],
      ['True', 'InitialNamesAccepted'],
    ],
  );
});
