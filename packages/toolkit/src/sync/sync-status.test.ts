import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialSyncStatus, type SyncStatus } from './kinds.ts';
import { type Attempt, earlierCommit, nextStatus, reconciling } from './sync-status.ts';

const commit = (digit: string): string => digit.repeat(40);
const revision = (digit: string): string => `main@sha1:${commit(digit)}`;
const now = '2026-11-30T12:00:00.000Z';
const facts = { generation: 1, now, durationMs: 1, requestedAt: undefined };

const done = (digit: string): Attempt => ({
  kind: 'done',
  revision: revision(digit),
  outcome: { applied: 1, changed: [], inventory: [], objects: [], live: [], health: 'Healthy' },
  place: undefined,
  target: undefined,
  problems: [],
});
const failed = (digit: string, message = 'no'): Attempt => ({
  kind: 'failed',
  revision: revision(digit),
  reason: 'SyncFailed',
  message,
  isPermanent: false,
});
const after = (...attempts: readonly Attempt[]): SyncStatus =>
  attempts.reduce((status, attempt) => nextStatus(status, attempt, facts), initialSyncStatus);
const begun = (status: SyncStatus, digit: string): SyncStatus => reconciling(status, revision(digit), 1, now);

describe('the commit before', () => {
  const cases: Readonly<Record<string, readonly [SyncStatus, string | undefined]>> = {
    'nothing was applied': [after(), undefined],
    'one commit was applied': [after(done('a')), undefined],
    'two commits were applied': [after(done('a'), done('b')), commit('a')],
    'a commit is being applied': [begun(after(done('a')), 'b'), commit('a')],
    'a commit is being applied after one that failed': [
      begun(after(done('a'), failed('b')), 'c'),
      commit('a'),
    ],
    'the last commit failed': [after(done('a'), done('b'), failed('c')), commit('b')],
    'the last commit failed again and again': [
      after(done('a'), ...Array.from({ length: 12 }, (_, at) => failed('b', `no ${at}`))),
      commit('a'),
    ],
    'a commit that failed succeeds': [after(done('a'), failed('b'), done('b')), commit('a')],
  };
  for (const [name, [status, expected]] of Object.entries(cases))
    test(name, () => assert.equal(earlierCommit(status), expected));
});

test('sync status: a revision of which no plan could be made is not the one that was reported', () => {
  const status = after(done('a'), failed('b'));
  assert.deepEqual([status.reportedRevision, status.lastAttemptedRevision], [revision('a'), revision('b')]);
});

test('sync status: what was attempted last stays so until the next attempt is over', () => {
  const status = begun(after(done('a')), 'b');
  assert.deepEqual([status.applyingRevision, status.lastAttemptedRevision], [revision('b'), revision('a')]);
  const over = nextStatus(status, done('b'), facts);
  assert.deepEqual([over.applyingRevision, over.lastAttemptedRevision], [undefined, revision('b')]);
});
