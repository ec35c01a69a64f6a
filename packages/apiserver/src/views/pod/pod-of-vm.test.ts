import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { podColumns } from './pod-columns.ts';
import { podOfVm } from './pod-of-vm.ts';

const now = '2026-01-01T12:00:00.000Z';
const content = {
  image: { digest: 'sha256:0', bootMode: 'init' },
  kernel: { id: '1', version: '6.1' },
} as const;

function vmWith(status: Partial<VmStatus>, spec: object = {}): Vm {
  const vm = sampleVm({ status, spec });
  return { ...vm, status: withConditions(vm, now) };
}

const cells = (vm: Vm): readonly unknown[] =>
  podColumns.slice(1, 4).map(({ cell }) => cell(podOfVm(vm), Date.parse(now)));

test('podOfVm: each phase of a VM is one of a Pod, and kubectl shows it in its words', () => {
  const lastExit = { exitCode: 3 };
  for (const [status, phase, shown] of [
    [{ phase: 'Created' }, 'Pending', ['0/1', 'ContainerCreating', '0']],
    [{ ...content, phase: 'Starting' }, 'Pending', ['0/1', 'ContainerCreating', '0']],
    [{ ...content, phase: 'Running' }, 'Running', ['1/1', 'Running', '0']],
    [{ ...content, phase: 'Paused' }, 'Running', ['0/1', 'Paused', '0']],
    [{ ...content, phase: 'Stopping' }, 'Running', ['0/1', 'Running', '0']],
    [{ ...content, phase: 'Stopped', exitCode: 0 }, 'Succeeded', ['0/1', 'Completed', '0']],
    [{ ...content, phase: 'Stopped', exitCode: 137 }, 'Failed', ['0/1', 'Error', '0']],
    [{ ...content, phase: 'Stopped' }, 'Failed', ['0/1', 'Unknown', '0']],
    [
      {
        ...content,
        phase: 'Restarting',
        finishTime: '2026-01-01T11:59:55.000Z',
        restarts: { count: 4, pauseMs: 1_000, lastExit },
      },
      'Running',
      ['0/1', 'CrashLoopBackOff', '4 (5s ago)'],
    ],
    [{ phase: 'Failed', message: 'no such image' }, 'Pending', ['0/1', 'ImageFailed', '0']],
    [{ ...content, phase: 'Failed', message: 'no KVM' }, 'Pending', ['0/1', 'StartFailed', '0']],
    [{ ...content, phase: 'Unknown' }, 'Unknown', ['0/1', 'Unknown', '0']],
  ] as const) {
    const vm = vmWith(status);
    assert.deepEqual([podOfVm(vm).status.phase, cells(vm)], [phase, shown]);
  }
  assert.deepEqual(cells(vmWith({ phase: 'Created' }, { power: 'Stopped' })), ['0/1', 'Created', '0']);
});

test('podOfVm: a VM is the one container of a Pod that it owns', () => {
  const network = { ipAddresses: ['10.61.0.2', 'fd00::2'], mac: '', gateway: '' };
  const vm = vmWith(
    { ...content, phase: 'Running', startTime: now, network, restarts: { count: 2, pauseMs: 0 } },
    {
      hostName: 'one',
      cpus: 2,
      memory: '1GB',
      command: ['serve'],
      env: { A: 'b' },
      restartPolicy: 'on-failure:3',
      network: { ports: [{ bindAddress: '127.0.0.1', hostPort: 8080, vmPort: 80 }] },
    },
  );
  const annotations = { mine: 'yes', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  const metadata = { ...vm.metadata, annotations, finalizers: ['x'], labels: { app: 'web' } };
  const pod = podOfVm({ ...vm, metadata }, '192.0.2.7');
  assert.deepEqual(
    [pod.metadata.annotations, pod.metadata.finalizers, pod.metadata.labels],
    [{ mine: 'yes' }, [], { app: 'web' }],
  );
  assert.partialDeepStrictEqual(pod.metadata.ownerReferences, [
    { kind: 'VM', name: 'web', controller: true },
  ]);
  const size = { cpu: '2', memory: '1Gi' };
  assert.partialDeepStrictEqual(pod.spec, {
    nodeName: 'one',
    restartPolicy: 'OnFailure',
    containers: [
      {
        name: 'vm',
        image: 'debian:12',
        args: ['serve'],
        env: [{ name: 'A', value: 'b' }],
        ports: [{ containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1', protocol: 'TCP' }],
        resources: { limits: size, requests: size },
      },
    ],
  });
  assert.partialDeepStrictEqual(pod.status, {
    podIP: '10.61.0.2',
    podIPs: [{ ip: '10.61.0.2' }, { ip: 'fd00::2' }],
    hostIP: '192.0.2.7',
    startTime: now,
    containerStatuses: [
      { name: 'vm', ready: true, restartCount: 2, state: { running: { startedAt: now } }, lastState: {} },
    ],
  });
});

test('podOfVm: a VM that is down has no address, and one with SSH is ready once that answers', () => {
  const network = { ipAddresses: ['10.61.0.2'], mac: '', gateway: '' };
  assert.equal(podOfVm(vmWith({ ...content, phase: 'Stopped', network })).status.podIP, undefined);
  const ssh = { ssh: { generateKey: true } };
  const waiting = vmWith({ ...content, phase: 'Running' }, ssh);
  const answered = vmWith({ ...content, phase: 'Running', readyTime: now }, ssh);
  assert.deepEqual([cells(waiting)[0], cells(answered)[0]], ['0/1', '1/1']);
});

test('podOfVm: a VM that is being deleted is terminating, as its Pod', () => {
  const vm = vmWith({ ...content, phase: 'Running' });
  const metadata = { ...vm.metadata, deletionTimestamp: now };
  assert.equal(cells({ ...vm, metadata })[1], 'Terminating');
});
