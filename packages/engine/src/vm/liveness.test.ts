import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { processStartTime } from '@ignite/toolkit/process/pid';
import { bootId, isAlive, withTruePhase } from './liveness.ts';

const boot = bootId();
const self = { pid: process.pid, startTime: processStartTime(process.pid)!, bootId: boot };
const vmWith = (status: VmStatus): Vm => ({ status }) as Vm;

test('isAlive: only the very process of this very boot', () => {
  assert.ok(isAlive(self, boot));
  assert.ok(!isAlive({ ...self, startTime: self.startTime + 1 }, boot), 'another got its pid');
  assert.ok(!isAlive({ ...self, bootId: 'earlier' }, boot), 'the host was rebooted');
  assert.ok(!isAlive({ ...self, pid: 2 ** 22 + 1 }, boot), 'it is gone');
});

test('withTruePhase: a VM whose VMM is gone is shown as stopped, any other as it is', () => {
  const gone = withTruePhase(vmWith({ phase: 'Running', vmm: { ...self, bootId: 'earlier' } }), boot);
  assert.equal(gone.status.phase, 'Stopped');
  assert.equal(gone.status.message, 'its VMM is gone');
  assert.equal(withTruePhase(vmWith({ phase: 'Running', vmm: self }), boot).status.phase, 'Running');
  assert.equal(withTruePhase(vmWith({ phase: 'Running' }), boot).status.phase, 'Stopped');
  assert.equal(withTruePhase(vmWith({ phase: 'Created' }), boot).status.phase, 'Created');
});
