import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { LifeWish, Vm, VmSpec, VmStatus } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { VmPhase } from '@ignite/api/v1/vm-phase';
import { goalOf, isReached } from './goal-of.ts';
import { lifeWishOf, withWish } from '@ignite/api/v1/life-wish';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const later = new Date(nowMs + 1_000).toISOString();
const earlier = new Date(nowMs - 1_000).toISOString();
const up: LifeWish = { power: 'Running' };
const down: LifeWish = { power: 'Stopped' };

interface Given {
  readonly spec?: Partial<VmSpec>;
  readonly status?: Partial<VmStatus>;
  readonly truePhase?: VmPhase;
  readonly restartedAt?: string;
  readonly isLeaving?: boolean;
  readonly retryNow?: boolean;
}

function vmOf({ spec = {}, status = {}, restartedAt, isLeaving = false }: Given): Vm {
  const vm = sampleVm({ spec, status });
  const annotations = restartedAt === undefined ? {} : { [restartedAtAnnotation]: restartedAt };
  return { ...vm, metadata: { ...vm.metadata, annotations, ...(isLeaving && { deletionTimestamp: 'now' }) } };
}

/** Returns the goal in one word; `restarted` with what the VM is afterwards. */
function goal(given: Given): string {
  const vm = vmOf(given);
  const { truePhase = vm.status.phase, retryNow = false } = given;
  const found = goalOf(vm, { truePhase, nowMs, retryNow });
  return found.kind === 'restarted' ? `restarted as ${found.as}` : found.kind;
}

/** Checks the rows of a table: what is given, and the goal that follows. */
const table = (rows: readonly (readonly [Given, string])[]): void => {
  for (const [given, expected] of rows) assert.equal(goal(given), expected, JSON.stringify(given));
};

const phases = [
  'Created',
  'Starting',
  'Running',
  'Paused',
  'Suspended',
  'Stopping',
  'Stopped',
  'Restarting',
  'Failed',
] as const;
const policies = ['no', 'on-failure', 'on-failure:1', 'unless-stopped', 'always'] as const;

describe('goalOf', () => {
  test('a VM that is being removed goes, whatever else is wanted of it', () => {
    for (const phase of phases)
      table([
        [{ isLeaving: true, status: { phase } }, 'gone'],
        [{ isLeaving: true, status: { phase }, restartedAt: later, spec: { power: 'Paused' } }, 'gone'],
      ]);
  });

  test('a VM that is wanted down is stopped, whatever its policy and whatever restart was asked for', () => {
    for (const phase of phases)
      for (const restartPolicy of policies)
        table([
          [{ spec: { power: 'Stopped', restartPolicy }, status: { phase }, restartedAt: later }, 'stopped'],
        ]);
  });

  test('a new wish brings a VM up from any phase in which it is down', () => {
    for (const phase of ['Created', 'Starting', 'Stopped', 'Restarting', 'Failed'] as const)
      for (const restartPolicy of policies)
        table([
          [{ spec: { restartPolicy }, status: { phase, lastWish: down } }, 'running'],
          [{ spec: { restartPolicy, power: 'Paused' }, status: { phase, lastWish: down } }, 'paused'],
          [{ spec: { restartPolicy }, status: { phase, lastWish: up }, restartedAt: later }, 'running'],
        ]);
  });

  test('a VM that is to be suspended is, if it is up; otherwise it has nothing to save, and is stopped', () => {
    const spec = { power: 'Suspended' } as const;
    for (const restartPolicy of policies)
      table([
        [{ spec: { ...spec, restartPolicy }, status: { phase: 'Running' }, restartedAt: later }, 'suspended'],
        [{ spec: { ...spec, restartPolicy }, status: { phase: 'Paused' } }, 'suspended'],
        [{ spec: { ...spec, restartPolicy }, status: { phase: 'Suspended' } }, 'rest'],
        // The VMM has ended, and nobody has recorded that yet.
        [
          { spec: { ...spec, restartPolicy }, status: { phase: 'Paused' }, truePhase: 'Suspended' },
          'suspended',
        ],
        [{ spec: { ...spec, restartPolicy }, status: { phase: 'Stopped' } }, 'stopped'],
        [{ spec: { ...spec, restartPolicy }, status: { phase: 'Created' } }, 'stopped'],
        [
          { spec: { ...spec, restartPolicy }, status: { phase: 'Suspended' }, truePhase: 'Stopped' },
          'stopped',
        ],
      ]);
  });

  test('a suspended VM that is to be up goes on; a restart boots it anew', () => {
    const status = { phase: 'Suspended', lastWish: up } as const;
    const startRetry = { pauseMs: 10_000, nextTime: later };
    table([
      [{ status }, 'running'],
      [{ status, spec: { power: 'Paused' } }, 'paused'],
      [{ status: { ...status, phase: 'Paused' }, truePhase: 'Suspended' }, 'running'],
      [{ status, restartedAt: later }, 'restarted as running'],
      [{ status: { ...status, startRetry } }, 'rest'],
      [{ status: { ...status, startRetry }, retryNow: true }, 'running'],
      [{ status, spec: { power: 'Stopped' } }, 'stopped'],
    ]);
  });

  test('a restart that was asked for and has not happened stops a VM that is up, and only once', () => {
    const status = { phase: 'Running', lastWish: up } as const;
    table([
      [{ status, restartedAt: later }, 'restarted as running'],
      [{ status, restartedAt: later, spec: { power: 'Paused' } }, 'restarted as paused'],
      [{ status: { ...status, phase: 'Stopping' }, restartedAt: later }, 'restarted as running'],
      [{ status: { ...status, lastWish: { ...up, restartedAt: later } }, restartedAt: later }, 'running'],
      [
        { status: { ...status, lastWish: { ...up, restartedAt: earlier } }, restartedAt: later },
        'restarted as running',
      ],
    ]);
  });

  test('a restart that was cut short after its stop is finished, under every policy', () => {
    const cutShort = { phase: 'Stopped', exitCode: 0, lastWish: up } as const;
    for (const restartPolicy of policies)
      table([[{ spec: { restartPolicy }, status: cutShort, restartedAt: later }, 'running']]);
  });

  test('a VM that is up as it is wanted stays so, or becomes what is wanted, without a restart', () => {
    for (const phase of ['Running', 'Paused'] as const)
      table([
        [{ status: { phase, lastWish: up } }, 'running'],
        [{ status: { phase, lastWish: up }, spec: { power: 'Paused' } }, 'paused'],
        [{ status: { phase, lastWish: up, pending: ['spec.cpus'] } }, 'running'],
        [{ status: { phase } }, 'running'],
      ]);
  });

  test('what was never started, or whose start was cut short, is started', () => {
    table([
      [{ status: { phase: 'Created' } }, 'running'],
      [{ status: { phase: 'Starting', lastWish: up }, truePhase: 'Failed' }, 'running'],
      [{ status: { phase: 'Starting', lastWish: up }, truePhase: 'Stopped' }, 'running'],
    ]);
  });

  test('a VM that has ended by itself is left to its policy', () => {
    const ended = (status: Partial<VmStatus>): readonly string[] =>
      policies.filter(
        (restartPolicy) =>
          goal({ spec: { restartPolicy }, status: { phase: 'Stopped', lastWish: up, ...status } }) ===
          'running',
      );
    assert.deepEqual(ended({ exitCode: 0 }), ['unless-stopped', 'always']);
    assert.deepEqual(ended({ exitCode: 3 }), ['on-failure', 'on-failure:1', 'unless-stopped', 'always']);
    const restarts = { count: 1, pauseMs: 100 };
    assert.deepEqual(ended({ exitCode: 3, restarts }), ['on-failure', 'unless-stopped', 'always']);
  });

  test('a VM that went down with its host is left to its policy', () => {
    for (const restartPolicy of policies)
      table([
        [
          { spec: { restartPolicy }, status: { phase: 'Running', lastWish: up }, truePhase: 'Stopped' },
          restartPolicy === 'no' ? 'rest' : 'running',
        ],
      ]);
  });

  test('a restart by policy waits for its time', () => {
    const waiting = (nextTime: string): Partial<VmStatus> => ({
      phase: 'Restarting',
      lastWish: up,
      restarts: { count: 1, pauseMs: 100, nextTime },
    });
    table([
      [{ status: waiting(later) }, 'rest'],
      [{ status: waiting(earlier) }, 'running'],
    ]);
  });

  test('a start that has failed is tried again when its back-off is over, or at once for somebody who asks', () => {
    const failed = (nextTime: string): Partial<VmStatus> => ({
      phase: 'Failed',
      lastWish: up,
      startRetry: { pauseMs: 10_000, nextTime },
    });
    table([
      [{ status: failed(later) }, 'rest'],
      [{ status: failed(later), retryNow: true }, 'running'],
      [{ status: failed(earlier) }, 'running'],
      [{ status: failed(later), restartedAt: later }, 'running'],
    ]);
  });

  test('a VM that an earlier version has stored is wanted as it is', () => {
    table([
      [{ status: { phase: 'Stopped', exitCode: 0 } }, 'rest'],
      [{ status: { phase: 'Running' } }, 'running'],
      [{ spec: { power: 'Stopped' }, status: { phase: 'Stopped' } }, 'stopped'],
    ]);
  });
});

test('isReached: the phase of a goal, or one in which somebody brings the VM there', () => {
  const reached = (kind: 'running' | 'paused' | 'suspended' | 'stopped' | 'gone' | 'rest') =>
    phases.filter((phase) => isReached({ kind }, phase));
  assert.deepEqual(reached('running'), ['Starting', 'Running', 'Restarting']);
  assert.deepEqual(reached('paused'), ['Starting', 'Paused', 'Restarting']);
  assert.deepEqual(reached('suspended'), ['Suspended']);
  assert.deepEqual(reached('stopped'), ['Created', 'Stopped', 'Failed']);
  assert.deepEqual(reached('gone'), []);
  assert.deepEqual(reached('rest'), phases);
  assert.ok(!isReached({ kind: 'restarted', as: 'running' }, 'Running'));
});

test('withWish: a restart is asked for only where the power alone does not tell the wish', () => {
  const asked = (given: Given, wish: Parameters<typeof withWish>[1]): LifeWish =>
    lifeWishOf(withWish(vmOf(given), wish, nowMs));
  const at = { power: 'Running', restartedAt: new Date(nowMs).toISOString() };
  const running = { status: { phase: 'Running', lastWish: up } } as const;
  assert.deepEqual(asked(running, { power: 'Running', anew: true }), at);
  assert.deepEqual(asked(running, { power: 'Running' }), up);
  assert.deepEqual(asked(running, { power: 'Stopped', anew: true }), down);
  const stopped = { spec: { power: 'Stopped' }, status: { phase: 'Stopped', lastWish: down } } as const;
  assert.deepEqual(asked(stopped, { power: 'Running', anew: true }), up);
  assert.deepEqual(asked({ ...running, restartedAt: later }, { power: 'Running', anew: true }), {
    ...up,
    restartedAt: later,
  });
});
