import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { seenVm } from './seen-vm.ts';

const running = (hostName: string) =>
  sampleVm({
    spec: { hostName },
    status: { phase: 'Running' },
  });
const vmm = { pid: 1, startTime: 1, bootId: 'of another machine' };
const sight = {
  ...{ self: { name: 'a', isAlone: false }, boot: 'mine', alive: new Set(['b']), nowMs: 0 },
  processesOf: () => ({ vmm }),
  isSaved: () => false,
  withBootstrap: (vm: Vm) => vm,
};
const phaseOf = (hostName: string): string => seenVm(running(hostName), sight).status.phase;

test('seenVm: a host knows the truth of its own VMs, and of others what their hosts have recorded', () => {
  assert.equal(phaseOf('a'), 'Stopped');
  assert.equal(phaseOf('b'), 'Running');
});

test('seenVm: how a VM is whose host is silent, nobody knows', () => {
  const { status } = seenVm(running('gone'), sight);
  assert.equal(status.phase, 'Unknown');
  assert.match(status.message ?? '', /host "gone"/);
  assert.deepEqual(
    status.conditions?.filter(({ type }) => type === 'Ready').map((ready) => [ready.status, ready.reason]),
    [['Unknown', 'HostSilent']],
  );
});
