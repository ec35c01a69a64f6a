import { type SyncObject, confirmedRevisionAnnotation } from '@ignite/toolkit/sync/kinds';
import { earlierCommit } from '@ignite/toolkit/sync/sync-status';
import type { Command, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withDeclaredHost } from '../../context.ts';
import { type Alteration, changeSync, findSync, syncOperand } from './syncs.ts';

export const suspend: Command = {
  name: 'gitops suspend',
  ...syncOperand,
  summary: 'Suspend a sync; its objects stay as they are',
  examples: ['ignite gitops suspend site'],
  run: async (invocation) => await alter(invocation, () => ({ spec: { suspend: true } }), 'suspended'),
};

export const resume: Command = {
  name: 'gitops resume',
  ...syncOperand,
  summary: 'Resume a sync after "gitops suspend" or "gitops rollback"',
  examples: ['ignite gitops resume site'],
  run: async (invocation) =>
    await alter(invocation, () => ({ spec: { suspend: false, pin: undefined } }), 'resumed'),
};

export const confirm: Command = {
  name: 'gitops confirm',
  ...syncOperand,
  summary: 'Confirm that objects missing from the last revision may be removed',
  examples: ['ignite gitops confirm site'],
  run: async (invocation) =>
    await alter(
      invocation,
      // What was reconciled by an earlier Ignite has no revision of its report.
      ({ status: { lastAttemptedRevision = '', reportedRevision = lastAttemptedRevision } }) => ({
        annotations: { [confirmedRevisionAnnotation]: reportedRevision },
      }),
      'confirmed',
    ),
};

export const rollback: Command = {
  name: 'gitops rollback',
  arguments: 'SYNC [COMMIT]',
  arity: { least: 1, most: 2 },
  flags: namespaceFlags,
  summary: 'Roll a sync back to an earlier commit',
  details: [
    'Without COMMIT, the sync goes back to the last commit that was applied as a whole, other than the one that was tried last. It stays there until "ignite gitops resume".',
  ],
  examples: [
    'ignite gitops rollback site',
    'ignite gitops rollback site 8843d7f92416211de9ebb963ff4ce28125932878',
  ],
  run: async (invocation) =>
    await alter(
      invocation,
      (sync) => ({ spec: { pin: invocation.args[1] ?? commitBefore(sync), suspend: false } }),
      'rolled back',
    ),
};

function commitBefore({ metadata, status }: SyncObject): string {
  const commit = earlierCommit(status);
  if (commit === undefined)
    throw usageError(
      `Sync "${metadata.name}" has no earlier commit to roll back to`,
      'give a full commit hash',
    );
  return commit;
}

async function alter(
  invocation: Invocation,
  alteration: (sync: SyncObject) => Alteration,
  done: string,
): Promise<number> {
  return await withDeclaredHost(invocation, async (host) => {
    const sync = await changeSync(host, await findSync(host.client.stored, invocation), alteration);
    invocation.io.out.write(`${sync.metadata.name} ${done}\n`);
    return 0;
  });
}
