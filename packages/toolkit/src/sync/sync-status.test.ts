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
const failed = (digit: string): Attempt => ({
  kind: 'failed',
  revision: revision(digit),
  reason: 'SyncFailed',
  message: 'no',
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
    'a commit that failed succeeds': [after(done('a'), failed('b'), done('b')), commit('a')],
  };
  for (const [name, [status, expected]] of Object.entries(cases))
    test(name, () => assert.equal(earlierCommit(status), expected));
});

test('sync status: a commit that is applied is in the history, whether or not its beginning was recorded', () => {
  const before = after(done('a'));
  for (const old of [before, begun(before, 'b')])
    assert.deepEqual(
      nextStatus(old, done('b'), facts).history.map((entry) => entry.revision),
      [revision('b'), revision('a')],
    );
});
