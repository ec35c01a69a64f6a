import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { processStartTime } from '@ignite/toolkit/process/pid';
import { bootId, isAlive } from '../../tools/host/host-process.ts';
import type { VmProcesses } from '../../tools/host/vm-processes.ts';
import { type HostSight, withTruePhase } from './liveness.ts';

const boot = bootId();
const self = { pid: process.pid, startTime: processStartTime(process.pid)!, bootId: boot };

/** How a VM is recorded, and which processes were noted of it. */
type Recorded = VmStatus & VmProcesses;
const vmWith = (status: Recorded): Vm => ({ status }) as Vm;

test('isAlive: only the very process of this very boot', () => {
  assert.ok(isAlive(self, boot));
  assert.ok(!isAlive({ ...self, startTime: self.startTime + 1 }, boot), 'another got its pid');
  assert.ok(!isAlive({ ...self, bootId: 'earlier' }, boot), 'the host was rebooted');
  assert.ok(!isAlive({ ...self, pid: 2 ** 22 + 1 }, boot), 'it is gone');
});

const now = Date.parse('2026-01-01T12:00:00Z');
const sight: HostSight = {
  boot,
  nowMs: now,
  processesOf: ({ status }) => status as Recorded,
  isSaved: () => false,
};
const phaseOf = (status: Recorded) => withTruePhase(vmWith(status), sight).status.phase;
const earlier = { ...self, bootId: 'earlier' };

test('withTruePhase: a VM whose VMM is gone is shown as stopped, any other as it is', () => {
  const gone = withTruePhase(vmWith({ phase: 'Running', vmm: earlier }), sight);
  assert.equal(gone.status.phase, 'Stopped');
  assert.equal(gone.status.message, 'the VMM is gone');
  assert.equal(phaseOf({ phase: 'Running', vmm: self }), 'Running');
  assert.equal(phaseOf({ phase: 'Paused', vmm: self }), 'Paused');
  assert.equal(phaseOf({ phase: 'Running' }), 'Stopped');
  assert.equal(phaseOf({ phase: 'Created' }), 'Created');
  assert.equal(phaseOf({ phase: 'Running', vmm: { ...self, startTime: 1 }, monitor: self }), 'Stopping');
});

test('withTruePhase: a start that was interrupted is no start, and after a reboot of the host the VM has stopped', () => {
  assert.equal(phaseOf({ phase: 'Starting', starter: self }), 'Starting');
  assert.equal(phaseOf({ phase: 'Starting', starter: { ...self, startTime: 1 } }), 'Failed');
  assert.equal(phaseOf({ phase: 'Starting', starter: earlier }), 'Stopped');
  assert.equal(phaseOf({ phase: 'Starting' }), 'Stopped', 'a reboot has emptied the run directory');
});

test('withTruePhase: a VM restarts while someone is there to start it, or may yet be', () => {
  const at = (ms: number) => ({ count: 1, pauseMs: 100, nextTime: new Date(now + ms).toISOString() });
  const gone = { ...self, startTime: 1 };
  assert.equal(phaseOf({ phase: 'Restarting', starter: self, restarts: at(-60_000) }), 'Restarting');
  assert.equal(phaseOf({ phase: 'Restarting', starter: gone, restarts: at(-1_000) }), 'Restarting');
  assert.equal(phaseOf({ phase: 'Restarting', starter: gone, restarts: at(-60_000) }), 'Stopped');
  assert.equal(phaseOf({ phase: 'Restarting', starter: earlier, restarts: at(1_000) }), 'Stopped');
});

test('withTruePhase: a VM without a VMM whose state is saved is suspended, however far that was recorded', () => {
  const saved: HostSight = { ...sight, isSaved: () => true };
  const savedPhaseOf = (status: Recorded) => withTruePhase(vmWith(status), saved).status.phase;
  assert.equal(savedPhaseOf({ phase: 'Paused', vmm: self }), 'Paused', 'its VMM has not ended yet');
  for (const phase of ['Running', 'Paused', 'Stopping'] as const)
    assert.equal(savedPhaseOf({ phase, vmm: earlier, monitor: self }), 'Suspended');
  assert.equal(savedPhaseOf({ phase: 'Starting', starter: self }), 'Starting');
  assert.equal(savedPhaseOf({ phase: 'Starting', starter: earlier }), 'Suspended');
  assert.equal(savedPhaseOf({ phase: 'Suspended' }), 'Suspended');
  assert.equal(phaseOf({ phase: 'Suspended' }), 'Stopped', 'somebody has removed the state');
});
