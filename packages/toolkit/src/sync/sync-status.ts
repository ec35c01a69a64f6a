import { type Condition, type NewCondition, withCondition, withoutCondition } from '../object/condition.ts';
import type { HistoryEntry, SyncStatus } from './kinds.ts';
import type { SyncOutcome } from './synchronize.ts';
import type { Rendering } from '../render/render.ts';

const historyKept = 10;

/** The outcome of one reconciliation. */
export type Attempt =
  | {
      readonly kind: 'done';
      readonly revision: string;
      readonly outcome: SyncOutcome;
      readonly place: string | undefined;
      readonly target: string | undefined;
      readonly problems: Rendering['problems'];
    }
  /** No plan could be made, because of the source, its credentials or its signature. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly message: string;
      /** What a person can do about it. */
      readonly hint?: string;
      readonly revision?: string;
      readonly isPermanent: boolean;
    }
  | {
      readonly kind: 'waiting';
      readonly reason: 'DependencyNotReady' | 'ClusterNotReady';
      readonly message: string;
    }
  | { readonly kind: 'suspended' };

interface Facts {
  readonly generation: number;
  readonly now: string;
  readonly durationMs: number;
  readonly requestedAt: string | undefined;
}

/** Pure. Returns the status after an attempt. It equals the old status if nothing is new. */
export function nextStatus(
  { applyingRevision: _over, ...old }: SyncStatus,
  attempt: Attempt,
  facts: Facts,
): SyncStatus {
  const base: SyncStatus = {
    ...old,
    observedGeneration: facts.generation,
    ...(facts.requestedAt !== undefined && { lastHandledReconcileAt: facts.requestedAt }),
  };
  const ready = (status: Condition['status'], reason: string, message: string): NewCondition => ({
    type: 'Ready',
    status,
    reason,
    message,
    observedGeneration: facts.generation,
  });
  const idle = withoutCondition(base.conditions, 'Reconciling');
  const settled = withoutCondition(idle, 'Stalled');
  switch (attempt.kind) {
    case 'suspended':
      return {
        ...base,
        conditions: withCondition(settled, ready('Unknown', 'Suspended', 'suspended'), facts.now),
      };
    case 'waiting':
      return {
        ...base,
        conditions: withCondition(settled, ready('False', attempt.reason, attempt.message), facts.now),
      };
    case 'failed': {
      const failed = withCondition(
        attempt.isPermanent ? idle : settled,
        ready('False', attempt.reason, attempt.message),
        facts.now,
      );
      return {
        ...base,
        ...(attempt.revision !== undefined && { lastAttemptedRevision: attempt.revision }),
        conditions: attempt.isPermanent
          ? withCondition(failed, stalled(attempt, facts.generation), facts.now)
          : failed,
        history: withHistory(old.history, attempt.revision ?? 'none', 'Failed', attempt.message, facts),
      };
    }
    case 'done': {
      const { revision, outcome, problems, place, target } = attempt;
      const { isReady, reason, message } = judge(outcome, problems, revision);
      const isNew =
        outcome.applied > 0 ||
        old.lastAttemptedRevision !== revision ||
        (old.history[0]?.outcome === 'Failed') === isReady;
      const happened = outcome.applied > 0 ? `${message}, ${outcome.applied} changed` : message;
      const condition = ready(isReady ? 'True' : 'False', reason, message);
      return {
        ...inTarget(base, target),
        lastAttemptedRevision: revision,
        reportedRevision: revision,
        ...(isReady && { lastAppliedRevision: revision }),
        conditions: withCondition(settled, condition, facts.now),
        inventory: outcome.inventory,
        ...(place !== undefined && { place }),
        objects: outcome.objects,
        problems,
        history: isNew
          ? withHistory(old.history, revision, isReady ? 'Succeeded' : 'Failed', happened, facts)
          : old.history,
      };
    }
  }
}

/** Pure. Returns the status of a Sync whose inventory is in a target. */
export function inTarget({ target: _before, ...status }: SyncStatus, target: string | undefined): SyncStatus {
  return { ...status, ...(target !== undefined && { target }) };
}

/** Pure. Returns the status while a plan is executed. */
export const reconciling = (
  old: SyncStatus,
  revision: string,
  generation: number,
  now: string,
): SyncStatus => ({
  ...old,
  applyingRevision: revision,
  conditions: withCondition(
    old.conditions,
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'Applying',
      message: shortRevision(revision),
      observedGeneration: generation,
    },
    now,
  ),
});

/** Returns the status of a Sync that no retry can help: someone must change something. */
const stalled = (
  { reason, message }: { readonly reason: string; readonly message: string },
  observedGeneration: number,
): NewCondition => ({ type: 'Stalled', status: 'True', reason, message, observedGeneration });

function judge(
  { objects }: SyncOutcome,
  problems: Rendering['problems'],
  revision: string,
): { readonly isReady: boolean; readonly reason: string; readonly message: string } {
  const count = (state: string): number => objects.filter((object) => object.state === state).length;
  const denied = objects.filter(({ reason }) => reason === 'NotAllowed').length;
  const bad = count('Failed') + count('Skipped') + count('Refused') - denied;
  const parts = [
    `${objects.length} object${objects.length === 1 ? '' : 's'}`,
    ...(count('Held') > 0 ? [`${count('Held')} held`] : []),
    ...(bad > 0 ? [`${bad} failed`] : []),
    ...(denied > 0 ? [`${denied} not allowed`] : []),
    ...(problems.length > 0 ? [`${problems.length} files unreadable`] : []),
  ];
  const message = `${shortRevision(revision)}: ${parts.join(', ')}`;
  if (problems.length > 0) return { isReady: false, reason: 'InvalidManifests', message };
  if (denied > 0) return { isReady: false, reason: 'NotAllowed', message };
  if (bad > 0) return { isReady: false, reason: 'ApplyFailed', message };
  return { isReady: true, reason: count('Held') > 0 ? 'AppliedWithHeld' : 'Applied', message };
}

/** Pure. Returns the commit that was last applied as a whole before the one that is being applied, or was attempted last. */
export function earlierCommit(status: SyncStatus): string | undefined {
  const current = status.applyingRevision ?? status.lastAttemptedRevision;
  const succeeded = status.history.filter(({ outcome }) => outcome === 'Succeeded');
  const revisions = [status.lastAppliedRevision, ...succeeded.map(({ revision }) => revision)];
  const earlier = revisions.find((revision) => revision !== undefined && revision !== current);
  return /@sha1:([0-9a-f]{40})$/.exec(earlier ?? '')?.[1];
}

/** Shortens a revision such as `main@sha1:8843d7f92416…` to `main@8843d7f`. */
export const shortRevision = (revision: string): string =>
  revision.replace(/@sha(?:1|256):([0-9a-f]{7})[0-9a-f]*$/, '@$1');

function withHistory(
  history: readonly HistoryEntry[],
  revision: string,
  outcome: HistoryEntry['outcome'],
  message: string,
  { now, durationMs }: Facts,
): readonly HistoryEntry[] {
  const [last] = history;
  if (
    outcome === 'Failed' &&
    last?.outcome === 'Failed' &&
    last.message === message &&
    last.revision === revision
  )
    return history;
  return [{ revision, time: now, durationMs, outcome, message }, ...history].slice(0, historyKept);
}
