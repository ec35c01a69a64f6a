import { parseRestartPolicy } from '@ignite/api/v1/restart-policy';
import type { RestartStatus, Vm } from '@ignite/api/v1/vm';
import type { VmExit } from './exit-status.ts';

const firstPauseMs = 100;
const longestPauseMs = 60_000;
/** A VM that has stayed up for this long starts again with the shortest delay. */
const steadyAfterMs = 10_000;

export type RestartPlan =
  { readonly kind: 'stay' } | { readonly kind: 'restart'; readonly restarts: RestartStatus };

/**
 * Pure. Decides what happens to a VM that has ended by itself, by its restart policy and with Docker's
 * delays. A guest that reboots comes back under any policy, like a real machine. A VM that shall be stopped,
 * suspended or removed stays down.
 */
export function planRestart({ metadata, spec, status }: Vm, exit: VmExit, nowMs: number): RestartPlan {
  if (spec.power === 'Stopped' || spec.power === 'Suspended' || metadata.deletionTimestamp !== undefined)
    return { kind: 'stay' };
  const count = status.restarts?.count ?? 0;
  if (exit.kind === 'rebooted') return restart(status, count, exit, nowMs);
  const policy = parseRestartPolicy(spec.restartPolicy);
  switch (policy.kind) {
    case 'no':
      return { kind: 'stay' };
    case 'always':
    case 'unless-stopped':
      return restart(status, count + 1, exit, nowMs);
    case 'on-failure':
      return exit.exitCode === 0 || count >= (policy.most ?? Infinity)
        ? { kind: 'stay' }
        : restart(status, count + 1, exit, nowMs);
  }
}

function restart(
  { restarts, startTime }: Vm['status'],
  count: number,
  { kind: _kind, ...lastExit }: VmExit,
  nowMs: number,
): RestartPlan {
  const wasSteady = startTime !== undefined && nowMs - Date.parse(startTime) >= steadyAfterMs;
  const pauseMs =
    restarts === undefined || wasSteady ? firstPauseMs : Math.min(restarts.pauseMs * 2, longestPauseMs);
  const nextTime = new Date(nowMs + pauseMs).toISOString();
  return { kind: 'restart', restarts: { count, pauseMs, nextTime, lastExit } };
}
