import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import type { VmSpec } from '@ignite/api/v1/vm';
import type { VmPhase } from '@ignite/api/v1/vm-phase';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { Vm } from '@ignite/api/v1/vm';
import { labels } from '../contract/names.ts';
import {
  type PowerPlan,
  planResumption,
  planStillness,
  planSuspension,
  startFailure,
  suspensionProblem,
} from './plan-suspension.ts';

type Power = VmSpec['power'];

/** `seen` is the generation that its host has acted upon: 1 is the present one. */
function vm(name: string, power: Power, phase: Exclude<VmPhase, 'Unknown'>, seen = 1): Vm {
  const made = sampleVm({ name, spec: { power }, status: { phase, observedGeneration: seen } });
  const { metadata } = made;
  return name.startsWith('cp')
    ? { ...made, metadata: { ...metadata, labels: { [labels.controlPlane]: '' } } }
    : made;
}

function pod(power: 'Running' | 'Stopped', isReady: boolean, seen = 1): HostPod {
  const condition = {
    ...({ type: 'Ready', status: isReady ? 'True' : 'False', reason: '' } as const),
    ...{ message: isReady ? '' : 'etcd: why', lastTransitionTime: '', observedGeneration: seen },
  };
  const state = isReady || power === 'Running' ? 'Running' : 'Ended';
  const { metadata } = sampleVm({ name: 'dev' });
  return {
    ...({ apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind: 'HostPod', metadata } as const),
    spec: { programs: [], power },
    status: {
      programs: [{ name: 'etcd', state, isReady }],
      conditions: [condition],
      observedGeneration: seen,
    },
  };
}

/** Says a plan in one line. */
const told = ({ vms, pods, lacks }: PowerPlan): string =>
  [
    ...vms.map((wish) => `${wish.vm.metadata.name} ${wish.power}`),
    ...pods.map((wish) => `pod ${wish.power}`),
    lacks ?? 'done',
  ].join(', ');

test('planSuspension: all guests stand still before one of them is saved, and before a program ends', () => {
  const cases: readonly (readonly [readonly Vm[], readonly HostPod[], string])[] = [
    [
      [vm('a', 'Running', 'Running'), vm('b', 'Running', 'Starting')],
      [pod('Running', true)],
      'a Paused, b Paused, a and 1 more to stand still',
    ],
    [
      [vm('a', 'Paused', 'Paused'), vm('b', 'Paused', 'Paused', 0)],
      [pod('Running', true)],
      'b to stand still',
    ],
    [
      [vm('a', 'Paused', 'Paused'), vm('b', 'Paused', 'Paused')],
      [pod('Running', true)],
      'a Suspended, b Suspended, pod Stopped, a and 1 more to be suspended',
    ],
    [
      [vm('a', 'Suspended', 'Paused', 0), vm('b', 'Suspended', 'Suspended')],
      [pod('Stopped', false)],
      'a to be suspended',
    ],
    [[vm('a', 'Suspended', 'Suspended')], [pod('Stopped', true, 0)], 'the programs of dev to end'],
    [[vm('a', 'Suspended', 'Suspended'), vm('b', 'Stopped', 'Stopped')], [pod('Stopped', false)], 'done'],
    // A VM that is down is not brought up to stand still.
    [[vm('a', 'Running', 'Failed'), vm('b', 'Paused', 'Paused')], [], 'a Suspended, a to stand still'],
    [[vm('a', 'Suspended', 'Stopped')], [], 'done'],
    // It was asked for while it ran, and its host has not got to it.
    [[vm('a', 'Suspended', 'Running', 0), vm('b', 'Paused', 'Paused')], [], 'a to stand still'],
    [[], [], 'done'],
  ];
  for (const [vms, pods, plan] of cases) assert.equal(told(planSuspension({ vms, pods })), plan);
});

test('planStillness: what is to be saved stands still only when its host says so', () => {
  const cases: readonly (readonly [Vm, string])[] = [
    [vm('a', 'Suspended', 'Running', 0), 'a to stand still'],
    [vm('a', 'Suspended', 'Paused', 0), 'a to stand still'],
    [vm('a', 'Suspended', 'Suspended'), 'done'],
    [vm('a', 'Paused', 'Paused'), 'done'],
    [vm('a', 'Running', 'Running'), 'a Paused, a to stand still'],
  ];
  for (const [each, plan] of cases) assert.equal(told(planStillness({ vms: [each] })), plan);
});

test('planResumption: the control plane goes on before the others', () => {
  const cases: readonly (readonly [readonly Vm[], readonly HostPod[], string])[] = [
    [
      [vm('a', 'Suspended', 'Suspended'), vm('cp', 'Suspended', 'Suspended')],
      [pod('Stopped', false)],
      'cp Running, a Paused, pod Running, the programs of dev (etcd: why)',
    ],
    [
      [vm('a', 'Paused', 'Suspended', 0), vm('b', 'Suspended', 'Stopped'), vm('c', 'Stopped', 'Suspended')],
      [pod('Running', false)],
      'the programs of dev (etcd: why)',
    ],
    [
      [vm('a', 'Suspended', 'Suspended'), vm('cp', 'Running', 'Suspended', 0)],
      [pod('Running', true)],
      'a Paused, cp to go on',
    ],
    [
      [vm('a', 'Suspended', 'Suspended'), vm('b', 'Paused', 'Paused'), vm('cp', 'Running', 'Running')],
      [pod('Running', true)],
      'a Running, b Running, a and 1 more to go on',
    ],
    [[vm('a', 'Running', 'Running'), vm('b', 'Stopped', 'Stopped')], [pod('Running', true)], 'done'],
  ];
  for (const [vms, pods, plan] of cases) assert.equal(told(planResumption({ vms, pods })), plan);
});

test('suspensionProblem: what cannot be saved is told before anything is paused', () => {
  assert.equal(suspensionProblem(sampleVm()), undefined);
  const firecracker = sampleVm({ spec: { machine: { vmm: 'firecracker' } } });
  assert.match(suspensionProblem(firecracker)!, /under Firecracker/);
});

test('startFailure: a VM that has failed once may go on yet', () => {
  const failed = (pauseMs: number, seen = 1, power: Power = 'Running'): Vm => {
    const { status, ...made } = vm('a', power, 'Suspended', seen);
    return { ...made, status: { ...status, message: 'no memory', startRetry: { pauseMs, nextTime: '' } } };
  };
  const cases: readonly (readonly [Vm, string | undefined])[] = [
    [failed(10_000), undefined],
    [failed(20_000), 'a: no memory'],
    [failed(20_000, 1, 'Paused'), 'a: no memory'],
    [failed(20_000, 1, 'Suspended'), undefined],
    [failed(20_000, 0), undefined],
    [vm('a', 'Running', 'Suspended'), undefined],
  ];
  for (const [one, expected] of cases)
    assert.equal(startFailure({ vms: [vm('b', 'Running', 'Running'), one] }), expected);
});
