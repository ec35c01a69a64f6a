import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestartStatus, Vm, VmSpec } from '@ignite/api/v1/vm';
import type { VmExit } from './exit-status.ts';
import { planRestart } from './plan-restart.ts';

const now = Date.parse('2026-01-01T12:00:00Z');

/** Returns a VM that has been up for `upMs`. */
const vm = (
  restartPolicy: string,
  restarts?: RestartStatus,
  upMs = 500,
  power: VmSpec['power'] = 'Running',
): Vm =>
  ({
    metadata: {},
    spec: { restartPolicy, power },
    status: { startTime: new Date(now - upMs).toISOString(), ...(restarts && { restarts }) },
  }) as Vm;

const done: VmExit = { kind: 'ended', exitCode: 0 };
const failed: VmExit = { kind: 'ended', exitCode: 1 };
const rebooted: VmExit = { kind: 'rebooted' };

test('planRestart: what is being removed stays down, whatever its policy', () => {
  const leaving = vm('always');
  const metadata = { ...leaving.metadata, deletionTimestamp: '2026-01-01T11:59:59Z' };
  for (const exit of [done, rebooted])
    assert.equal(planRestart({ ...leaving, metadata }, exit, now).kind, 'stay');
});

const decisions: readonly (readonly [string, VmExit, 'stay' | 'restart'])[] = [
  ['no', done, 'stay'],
  ['no', failed, 'stay'],
  ['no', rebooted, 'restart'],
  ['on-failure', done, 'stay'],
  ['on-failure', failed, 'restart'],
  ['on-failure', { kind: 'ended', message: 'the kernel of the guest panicked' }, 'restart'],
  ['always', done, 'restart'],
  ['unless-stopped', done, 'restart'],
  ['unless-stopped', failed, 'restart'],
];
for (const [policy, exit, decision] of decisions) {
  test(`planRestart: under ${policy}, ${JSON.stringify(exit)} means ${decision}`, () =>
    assert.equal(planRestart(vm(policy), exit, now).kind, decision));
}

test('planRestart: a VM that someone stopped stays so, whatever its policy', () => {
  for (const exit of [done, failed, rebooted])
    assert.equal(planRestart(vm('always', undefined, 500, 'Stopped'), exit, now).kind, 'stay');
});

test('planRestart: a bound is kept, and reboots do not count', () => {
  const policy = 'on-failure:2';
  assert.equal(planRestart(vm(policy, { count: 1, pauseMs: 100 }), failed, now).kind, 'restart');
  assert.equal(planRestart(vm(policy, { count: 2, pauseMs: 100 }), failed, now).kind, 'stay');
  const plan = planRestart(vm(policy, { count: 2, pauseMs: 100 }), rebooted, now);
  assert.equal(plan.kind === 'restart' && plan.restarts.count, 2);
});

test('planRestart: the pause doubles from 100 ms to a minute, and begins anew once a VM was steady', () => {
  const pauses: number[] = [];
  let restarts: RestartStatus | undefined;
  for (let round = 0; round < 12; round += 1) {
    const plan = planRestart(vm('always', restarts), failed, now);
    if (plan.kind === 'stay') throw new Error('it stays');
    restarts = plan.restarts;
    pauses.push(restarts.pauseMs);
  }
  assert.deepEqual(pauses.slice(0, 4), [100, 200, 400, 800]);
  assert.deepEqual(pauses.slice(-2), [60_000, 60_000]);
  assert.equal(restarts?.count, 12);
  assert.equal(restarts?.nextTime, '2026-01-01T12:01:00.000Z');
  const steady = planRestart(vm('always', restarts, 10_000), failed, now);
  assert.equal(steady.kind === 'restart' && steady.restarts.pauseMs, 100);
});
