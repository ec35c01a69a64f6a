import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { sampleKind } from './kind.sample.ts';
import { groupOf } from '../object/group-kind.ts';
import { type Versioned, defineKind, hubOf, withVersions } from './kind.ts';

const spec = v.unknown();
const pot = sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec });
const conversion = { toHub: (object: Versioned) => object, fromHub: (object: Versioned) => object };

test('defineKind: a version of another kind or group is refused', () => {
  for (const version of [
    { apiVersion: 'garden.example/v1', kind: 'Pan', spec },
    { apiVersion: 'kitchen.example/v1', kind: 'Pot', spec },
  ])
    assert.throws(
      () => defineKind({ ...pot, versions: [version] }),
      /is not a version of Pot.garden.example/,
    );
});

test('withVersions: a kind takes its own further versions, and no others', () => {
  const older = { apiVersion: 'garden.example/v1alpha1', kind: 'Pot', spec, conversion };
  const foreign = { apiVersion: 'garden.example/v1alpha1', kind: 'Pan', spec, conversion };
  const both = withVersions(pot, [older, foreign]);
  assert.deepEqual(
    both.versions.map(({ apiVersion }) => apiVersion),
    ['garden.example/v1', 'garden.example/v1alpha1'],
  );
  assert.equal(hubOf(both).apiVersion, 'garden.example/v1');
});

test("groupOf: Kubernetes' core group has an empty name", () => {
  assert.equal(groupOf('v1'), '');
  assert.equal(groupOf('events.k8s.io/v1'), 'events.k8s.io');
});
