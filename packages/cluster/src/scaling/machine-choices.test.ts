import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minorsBetween } from '../contract/kubernetes-version.ts';
import type { DeletionOrder } from '../kinds/machine-set.ts';
import { type SampleMachine, sampleMachine } from '../kinds/machine.sample.ts';
import { chooseVictims } from './choose-victims.ts';
import { machineName } from './machine-name.ts';
import { planSetRemediation } from './plan-set-remediation.ts';
import { type PreflightSubject, preflightProblems } from './preflight.ts';

const dayMs = 24 * 3_600_000;
const marked = { 'cluster.x-k8s.io/delete-machine': '' };
const unhealthy = ['!HealthCheckSucceeded', '!OwnerRemediated'];

describe('chooseVictims: who goes first', () => {
  const cases: readonly (readonly [
    string,
    readonly SampleMachine[],
    number,
    DeletionOrder,
    readonly string[],
  ])[] = [
    [
      'those that go already',
      [
        { name: 'a', annotations: marked },
        { name: 'b', isLeaving: true },
      ],
      1,
      'Random',
      ['b'],
    ],
    [
      'those that people have marked',
      [
        { name: 'a', hasNode: false },
        { name: 'b', annotations: marked },
      ],
      1,
      'Random',
      ['b'],
    ],
    ['those without a node', [{ name: 'a' }, { name: 'b', hasNode: false }], 1, 'Oldest', ['b']],
    [
      'those that are unhealthy',
      [{ name: 'a' }, { name: 'b', conditions: ['!NodeHealthy'] }],
      1,
      'Newest',
      ['b'],
    ],
    ['by name', [{ name: 'b' }, { name: 'a' }, { name: 'c' }], 2, 'Random', ['a', 'b']],
    ['the oldest', [{ name: 'a', createdMs: dayMs }, { name: 'b' }], 1, 'Oldest', ['b']],
    ['the newest', [{ name: 'a' }, { name: 'b', createdMs: dayMs }], 1, 'Newest', ['b']],
    ['nobody', [{ name: 'a' }], 0, 'Random', []],
  ];
  for (const [name, machines, number, order, victims] of cases)
    test(name, () => {
      const chosen = chooseVictims(machines.map(sampleMachine), number, order, 2 * dayMs);
      assert.deepEqual(
        chosen.map(({ metadata }) => metadata.name),
        victims,
      );
    });
});

test('planSetRemediation: those that people have marked, then the newest, and only so many at once', () => {
  const machines = [
    { name: 'old', conditions: unhealthy },
    { name: 'new', createdMs: 5, conditions: unhealthy },
    { name: 'marked', conditions: unhealthy, annotations: { 'cluster.x-k8s.io/remediate-machine': '' } },
    { name: 'leaving', conditions: unhealthy, isLeaving: true },
    { name: 'found', conditions: ['!HealthCheckSucceeded'] },
    { name: 'well', conditions: ['Ready'] },
  ].map(sampleMachine);
  const plan = (most: number | undefined) => {
    const { remediated, deferred } = planSetRemediation(machines, most);
    return [remediated, deferred].map((all) => all.map(({ metadata }) => metadata.name));
  };
  assert.deepEqual(plan(undefined), [['marked', 'new', 'old'], []]);
  assert.deepEqual(plan(2), [['marked'], ['new', 'old']], 'one is in flight already');
  assert.deepEqual(plan(0), [[], ['marked', 'new', 'old']]);
});

describe('preflightProblems: Machines join only a control plane that can take them', () => {
  const stable = { version: 'v1.35.4', seenVersion: 'v1.35.4', isProvisioning: false };
  const subject = { version: 'v1.35.4', usesKubeadm: true, controlPlane: stable, skipped: [] };
  const cases: readonly (readonly [string, Partial<PreflightSubject>, readonly string[]])[] = [
    ['the same version', {}, []],
    ['no control plane', { controlPlane: undefined }, []],
    [
      'one that is provisioning',
      { controlPlane: { ...stable, isProvisioning: true } },
      ['ControlPlaneIsStable'],
    ],
    [
      'one that is upgrading',
      { controlPlane: { ...stable, seenVersion: 'v1.34.4' } },
      ['ControlPlaneIsStable'],
    ],
    ['newer Machines', { version: 'v1.36.0' }, ['KubernetesVersionSkew', 'KubeadmVersionSkew']],
    ['a newer patch', { version: 'v1.35.5' }, ['KubernetesVersionSkew']],
    ['three minor versions older', { version: 'v1.32.0', usesKubeadm: false }, []],
    ['four minor versions older', { version: 'v1.31.0', usesKubeadm: false }, ['KubernetesVersionSkew']],
    ['one minor version older by kubeadm', { version: 'v1.34.4' }, ['KubeadmVersionSkew']],
    ['a check that is left out', { version: 'v1.34.4', skipped: ['KubeadmVersionSkew'] }, []],
    ['all checks left out', { version: 'v1.99.0', skipped: ['All'] }, []],
  ];
  for (const [name, change, problems] of cases)
    test(name, () => {
      const found = preflightProblems({ ...subject, ...change }).map((text) => text.split(':')[0]);
      assert.deepEqual(found, problems);
    });
});

test('minorsBetween: counts minor versions, whatever the patch', () => {
  assert.equal(minorsBetween('v1.35.4', 'v1.34.9'), 1);
  assert.equal(minorsBetween('v1.30.0', '1.34.1'), -4);
  assert.equal(minorsBetween('v2.0.0', 'v1.99.0'), Infinity);
});

test('machineName: the random part stays whole', () => {
  assert.equal(machineName(undefined, 'dev-workers-x1', 'abcde'), 'dev-workers-x1-abcde');
  assert.equal(machineName('n{{.random}}-{{ .machineSet.name }}', 'set', 'abcde'), 'nabcde-set');
  const long = machineName(undefined, 'x'.repeat(70), 'abcde');
  assert.equal(long.length, 63);
  assert.ok(long.endsWith('abcde'));
});
