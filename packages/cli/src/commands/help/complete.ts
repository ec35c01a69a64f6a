import { resources } from '@ignite/api/resources';
import { cniNetworkResource } from '@ignite/api/v1/resources/cni-network';
import { shownName } from '@ignite/api/v1/shown-name';
import { isStoreClosed, openStoreToRead } from '@ignite/engine/tools/store/open-store';
import type { GroupKind } from '@ignite/toolkit/object/group-kind';
import type { StoreReader } from '@ignite/toolkit/store/store';
import type { Command } from '../../arguments/command.ts';
import { type Candidate, type CompletionPlan, planCompletion } from '../../completion/plan-completion.ts';
import { pathsOf } from '../../context.ts';
import { commandSource } from '../command-source.ts';
import { daemonCommands } from '../registry.ts';

/**
 * What the scripts of `completion` ask: a line for each word that may stand in the place of the last one, with its
 * explanation behind a tab; `:files` and `:directories` for the shell to add those.
 */
export const complete: Command = {
  name: 'complete',
  arguments: '[-- WORD...]',
  arity: { least: 0, most: 0 },
  summary: 'Print the completions of the last word',
  examples: [],
  flags: { ignited: { type: 'boolean', help: 'complete the commands of ignited' } },
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
      .filter(({ text }) => text.startsWith(begun) && !plan.named.includes(text))
      .map(({ text, help }) => `${plan.prefix}${text}\t${help}\n`);
    io.out.write([...lines, ...shellsOwn(plan)].join(''));
    return 0;
  },
};

async function lookUp(
  { lookUp: wanted, flags }: CompletionPlan,
  env: NodeJS.ProcessEnv,
): Promise<Candidate[]> {
  const { groupKind } = await import('../declare/declared-kind.ts');
  const found: Candidate[] = wanted.some(({ kind }) => kind === 'kind')
    ? resources.map(({ kind }) => ({ text: kind.toLowerCase(), help: '' }))
    : [];
  const paths = pathsOf(flags, env);
  if (isStoreClosed(paths)) return found; // whoever may not look at it is offered what else there is
  using store = await openStoreToRead(paths);
  if (!store) return found;
  for (const choice of wanted) {
    if (choice.kind === 'object' && choice.of === cniNetworkResource.kind)
      found.push(...(await networkNames(env)));
    else if (choice.kind === 'object') found.push(...(await namesOf(store, groupKind(choice.of))));
    else if (choice.kind === 'vm-path')
      found.push(
        ...(await namesOf(store, groupKind('VM'))).map(({ text, help }) => ({ text: `${text}:`, help })),
      );
    else if (choice.kind === 'key')
      for (const { kind } of resources)
        found.push(
          ...(await namesOf(store, groupKind(kind))).map(({ text, help }) => ({
            text: `${kind.toLowerCase()}/${text}`,
            help,
          })),
        );
  }
  return found;
}

async function namesOf(store: StoreReader, kind: GroupKind): Promise<readonly Candidate[]> {
  const { items, broken = [] } = await store.list(kind);
  return [
    ...items.map((object) => ({ text: shownName(object), help: phaseOf(object.status) })),
    ...broken.map(({ key }) => ({ text: key.name, help: 'damaged' })),
  ];
}

/** They are files of the host, not objects of the store. */
async function networkNames(env: NodeJS.ProcessEnv): Promise<readonly Candidate[]> {
  const [{ listCniNetworks }, { networkSettings }] = await Promise.all([
    import('@ignite/engine/tools/network/cni/cni-networks'),
    import('@ignite/engine/tools/network/cni/settings'),
  ]);
  const networks = await listCniNetworks(networkSettings(env), []);
  return networks.map(({ metadata, spec }) => ({ text: metadata.name, help: spec.plugins[0] ?? '' }));
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
