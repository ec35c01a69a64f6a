import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm, VmSpec, VmStatus } from '@ignite/api/v1/vm';
import { bootId, hostProcess } from '../../tools/host/host-process.ts';
import type { VmProcesses } from '../../tools/host/vm-processes.ts';
import { withTruePhase } from '../observe/liveness.ts';
import { isToBeRestored } from './plan-restore.ts';

const boot = bootId();
const now = Date.parse('2026-01-01T12:00:00Z');
const earlier = { pid: process.pid, startTime: 1, bootId: 'earlier' };

/** How a VM is recorded, and which processes were noted of it. */
type Recorded = VmStatus & VmProcesses;

const isRestored = (restartPolicy: string, status: Recorded, power: VmSpec['power'] = 'Running'): boolean =>
  isRestoredVm({ metadata: {}, spec: { restartPolicy, power }, status } as Vm);
const isRestoredVm = (vm: Vm): boolean => isToBeRestored(vm, withTruePhase(vm, sight).status.phase);
const sight = { boot, nowMs: now, processesOf: ({ status }: Vm) => status as Recorded, isSaved: () => false };

const wentDown: Recorded = { phase: 'Running', vmm: earlier };
const ended = (exitCode?: number): VmStatus => ({
  phase: 'Stopped',
  ...(exitCode !== undefined && { exitCode }),
});

test('isToBeRestored: what went down with its host comes back under each policy but "no"', () => {
  for (const phase of ['Running', 'Paused', 'Starting'] as const) {
    const status: Recorded = { phase, vmm: earlier, starter: earlier };
    const policies = ['no', 'on-failure', 'always', 'unless-stopped'];
    assert.deepEqual(
      policies.filter((policy) => isRestored(policy, status)),
      ['on-failure', 'always', 'unless-stopped'],
    );
  }
});

test('isToBeRestored: what someone has stopped stays so, except under "always"', () => {
  assert.ok(!isRestored('unless-stopped', ended(0), 'Stopped'));
  assert.ok(!isRestored('on-failure', ended(137), 'Stopped'));
  assert.ok(isRestored('always', ended(0), 'Stopped'));
  assert.ok(isRestored('unless-stopped', ended(0)), 'it has ended by itself');
});

test('isToBeRestored: on-failure brings back what did not end well, unless it has given up', () => {
  assert.ok(isRestored('on-failure', ended(3)));
  assert.ok(isRestored('on-failure', ended()));
  assert.ok(!isRestored('on-failure', ended(0)));
  const restarts = { count: 2, pauseMs: 200 };
  assert.ok(!isRestored('on-failure:2', { ...ended(3), restarts }));
  assert.ok(isRestored('on-failure:3', { ...ended(3), restarts }));
  assert.ok(isRestored('on-failure:2', { ...wentDown, restarts }), 'it was up when its host went down');
  const due = { ...restarts, nextTime: new Date(now).toISOString() };
  assert.ok(isRestored('on-failure:2', { phase: 'Restarting', starter: earlier, restarts: due }));
});

test('isToBeRestored: what runs, was never started, or is being removed is left alone', () => {
  assert.ok(!isRestored('always', { phase: 'Running', vmm: hostProcess(process.pid) }));
  assert.ok(!isRestored('always', { phase: 'Created' }, 'Stopped'));
  const leaving = {
    metadata: { deletionTimestamp: 'now' },
    spec: { restartPolicy: 'always' },
    status: wentDown,
  };
  assert.ok(!isRestoredVm(leaving as unknown as Vm));
});
