import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertUpgrade, imageFor } from './plan-upgrade.ts';

const versions = (controlPlane: string, ...workers: readonly string[]) => ({
  ...{ controlPlane, running: controlPlane },
  workers: workers.map((version, at) => ({ name: `workers-${at}`, version })),
});

test('assertUpgrade: one minor version at a time, and never back', () => {
  for (const version of ['v1.35.4', 'v1.35.9', 'v1.36.0'])
    assertUpgrade(versions('v1.35.4', 'v1.34.0'), version);
  const refused: readonly (readonly [string, string, string])[] = [
    [
      'v1.36.0+k3s1',
      'v1.36.0+k3s1 is of another distribution than the control plane, which has v1.35.4',
      'make a new cluster for another distribution',
    ],
    [
      'v1.35.3',
      'v1.35.3 is older than the control plane, which has v1.35.4',
      'clusters cannot be downgraded: restore a backup into a new cluster instead',
    ],
    [
      'v1.37.2',
      'v1.37.2 would skip a minor version: the control plane has v1.35.4',
      'upgrade to a version v1.36 first',
    ],
    [
      'v2.0.0',
      'v2.0.0 would skip a minor version: the control plane has v1.35.4',
      'upgrade to a version v1.36 first',
    ],
  ];
  for (const [version, message, hint] of refused)
    assert.throws(() => assertUpgrade(versions('v1.35.4'), version), {
      ...{ code: 'CLUSTER_UPGRADE_REFUSED', message, hint },
    });
});

test('assertUpgrade: a minor version is not skipped after an upgrade that was cut off', () => {
  const cut = { ...versions('v1.35.4'), running: 'v1.34.1' };
  assertUpgrade(cut, 'v1.35.4');
  assert.throws(() => assertUpgrade(cut, 'v1.36.3'), { code: 'CLUSTER_UPGRADE_REFUSED' });
  assert.throws(() => assertUpgrade(cut, 'v1.34.1'), { code: 'CLUSTER_UPGRADE_REFUSED' });
});

test('assertUpgrade: a topology goes through the versions of its class, and its workers follow', () => {
  assertUpgrade(versions('v1.35.4', 'v1.32.0'), 'v1.38.1', ['v1.37.2', 'v1.36.3', 'v1.36.1']);
  assertUpgrade(versions('v1.35.4'), 'v1.36.3', []);
  for (const [steps, minor] of [
    [[], 'v1.36'],
    [['v1.36.3'], 'v1.37'],
    [['v1.37.2'], 'v1.36'],
  ] as const)
    assert.throws(() => assertUpgrade(versions('v1.35.4'), 'v1.38.1', steps), {
      code: 'CLUSTER_UPGRADE_REFUSED',
      hint: `upgrade to a version ${minor} first, or name one in kubernetesVersions of the class`,
    });
});

test('assertUpgrade: workers are at most three minor versions behind', () => {
  assertUpgrade(versions('v1.35.4', 'v1.33.1'), 'v1.36.3');
  assert.throws(() => assertUpgrade(versions('v1.35.4', 'v1.34.0', 'v1.32.9'), 'v1.36.3'), {
    code: 'CLUSTER_UPGRADE_REFUSED',
    message: 'the workers workers-1 have v1.32.9, which cannot work with a control plane of v1.36.3',
  });
});

test('imageFor: the version in the name of an image is replaced, and no part of another number', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['ignite-kubernetes:v1.35.4', 'ignite-kubernetes:v1.36.3'],
    ['kindest/node:v1.35.4', 'kindest/node:v1.36.3'],
    ['example.com:5000/node-1.35.4-debian', 'example.com:5000/node-1.36.3-debian'],
    ['node:v1.35.40', undefined],
    ['node:v11.35.4', undefined],
    ['node:latest', undefined],
  ];
  for (const [image, expected] of cases) assert.equal(imageFor(image, 'v1.35.4', 'v1.36.3'), expected, image);
  assert.equal(
    imageFor('ignite-k3s:v1.35.4-k3s1', 'v1.35.4+k3s1', 'v1.36.1+k3s2'),
    'ignite-k3s:v1.36.1-k3s2',
  );
});
