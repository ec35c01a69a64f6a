import { existsSync } from 'node:fs';
import { storePath } from '@ignite/engine/host/paths';
import { openSqliteStoreReadOnly } from '@ignite/toolkit/store/sqlite';
import type { Command } from '../arguments/command.ts';
import { type Candidate, type CompletionPlan, planCompletion } from '../completion/plan-completion.ts';
import { pathsOf } from '../context.ts';
import { commandSource } from './command-source.ts';
import { daemonCommands } from './registry.ts';

/**
 * What the scripts of `completion` ask: a line for each word that may stand in the place of the last one, with its
 * explanation behind a tab; `:files` and `:directories` for the shell to add those.
 */
export const complete: Command = {
  name: 'complete',
  arguments: '[-- WORD...]',
  arity: { least: 0, most: 0 },
  summary: 'Say how the last of the words may be completed',
  examples: [],
  flags: { ignited: { type: 'boolean', help: 'for the name of the daemon' } },
  run: async ({ flags, rest, io }) => {
    const all = await commandSource.spellings();
    const known: readonly string[] = daemonCommands;
    const plan = planCompletion(
      rest,
      flags.isSet('ignited') ? all.filter(({ words }) => known.includes(words[0]!)) : all,
    );
    const begun = (rest.at(-1) ?? '').slice(plan.prefix.length);
    const found = [...plan.candidates, ...(await lookUp(plan, io.env))];
    const lines = found
      .filter(({ text }) => text.startsWith(begun))
      .map(({ text, help }) => `${plan.prefix}${text}\t${help}\n`);
    io.out.write([...lines, ...shellsOwn(plan)].join(''));
    return 0;
  },
};

/** Names of what is in the store, without which there are none. */
async function lookUp(
  { lookUp: wanted, flags }: CompletionPlan,
  env: NodeJS.ProcessEnv,
): Promise<Candidate[]> {
  const path = storePath(pathsOf(flags, env));
  if (!existsSync(path)) return [];
  using store = openSqliteStoreReadOnly(path);
  const found: Candidate[] = [];
  for (const choice of wanted) {
    const isPath = choice.kind === 'vm-path';
    if (!isPath && choice.kind !== 'object') continue;
    const { items } = await store.list(isPath ? 'VM' : choice.of);
    for (const { kind, metadata, status } of items) {
      const text =
        choice.kind === 'object' && choice.keyed ? `${kind.toLowerCase()}/${metadata.name}` : metadata.name;
      found.push({ text: isPath ? `${text}:` : text, help: phaseOf(status) });
    }
  }
  return found;
}

function phaseOf(status: unknown): string {
  const isRecord = typeof status === 'object' && status !== null;
  return isRecord && 'phase' in status && typeof status.phase === 'string' ? status.phase : '';
}

function shellsOwn({ lookUp: wanted }: CompletionPlan): readonly string[] {
  const kinds = new Set(wanted.map(({ kind }) => kind));
  if (kinds.has('file') || kinds.has('vm-path')) return [':files\n'];
  return kinds.has('directory') ? [':directories\n'] : [];
}
