import { type SyncObject, confirmedRevisionAnnotation } from '@ignite/toolkit/gitops/kinds';
import type { Command, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withDeclaredHost } from '../../context.ts';
import { type Alteration, changeSync, findSync, syncOperand } from './syncs.ts';

export const suspend: Command = {
  name: 'gitops suspend',
  ...syncOperand,
  summary: 'Stop syncing; what is there stays',
  examples: ['ignite gitops suspend site'],
  flags: {},
  run: async (invocation) => await alter(invocation, () => ({ spec: { suspend: true } }), 'suspended'),
};

export const resume: Command = {
  name: 'gitops resume',
  ...syncOperand,
  summary: 'Sync again, and follow the source again after a rollback',
  examples: ['ignite gitops resume site'],
  flags: {},
  run: async (invocation) =>
    await alter(invocation, () => ({ spec: { suspend: false, pin: undefined } }), 'resumed'),
};

export const confirm: Command = {
  name: 'gitops confirm',
  ...syncOperand,
  summary: 'Confirm that what the last revision no longer has may be removed',
  examples: ['ignite gitops confirm site'],
  flags: {},
  run: async (invocation) =>
    await alter(
      invocation,
      ({ status: { lastAttemptedRevision: revision = '' } }) => ({
        annotations: { [confirmedRevisionAnnotation]: revision },
      }),
      'confirmed',
    ),
};

export const rollback: Command = {
  name: 'gitops rollback',
  arguments: 'SYNC [COMMIT]',
  arity: { least: 1, most: 2 },
  summary: 'Go back to a commit, by default the one applied before, and stay there until "gitops resume"',
  examples: [
    'ignite gitops rollback site',
    'ignite gitops rollback site 8843d7f92416211de9ebb963ff4ce28125932878',
  ],
  flags: {},
  run: async (invocation) =>
    await alter(
      invocation,
      (sync) => ({ spec: { pin: invocation.args[1] ?? commitBefore(sync), suspend: false } }),
      'rolled back',
    ),
};

/** The newest commit that was applied before the one that is. */
function commitBefore({ metadata, status: { history: entries, lastAppliedRevision } }: SyncObject): string {
  const entry = entries.find(
    ({ outcome, revision }) => outcome === 'Succeeded' && revision !== lastAppliedRevision,
  );
  const commit = /@sha1:([0-9a-f]{40})$/.exec(entry?.revision ?? '')?.[1];
  if (commit === undefined)
    throw usageError(`nothing was applied before by Sync "${metadata.name}"`, 'name a whole commit hash');
  return commit;
}

async function alter(
  invocation: Invocation,
  alteration: (sync: SyncObject) => Alteration,
  done: string,
): Promise<number> {
  return await withDeclaredHost(invocation, async (host) => {
    const sync = await changeSync(host, await findSync(host, invocation.args[0]), alteration);
    invocation.io.out.write(`${sync.metadata.name} ${done}\n`);
    return 0;
  });
}
