import type { NetworkFinder, ReadClient } from '@ignite/api/client/client';
import { cniNetworkResource } from '@ignite/api/v1/resources/cni-network';
import { fullName, shownName } from '@ignite/api/v1/shown-name';
import { namespaceResource } from '@ignite/toolkit/core/resources/namespace';
import type { GroupKind } from '@ignite/toolkit/object/group-kind';
import type { StoreReader } from '@ignite/toolkit/store/store';
import type { Command } from '../../arguments/command.ts';
import { listedKinds } from '../../arguments/listed-kinds.ts';
import { namespaceFlags, namespaceOf } from '../../arguments/namespace.ts';
import { type Candidate, type CompletionPlan, planCompletion } from '../../completion/plan-completion.ts';
import { readIfAllowed, tokenNames } from '../../context.ts';
import type { Io } from '../../io.ts';
import { localContext } from '../../remote/chosen-host.ts';
import { commandSource } from '../command-source.ts';
import { daemonCommands } from '../registry.ts';

const networksTimeoutMs = 10_000;

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
    const found = [...plan.candidates, ...(await lookUp(plan, io))];
    const lines = found
      .filter(({ text }) => text.startsWith(begun) && !plan.named.includes(text))
      .map(({ text, help }) => `${plan.prefix}${text}\t${help}\n`);
    io.out.write([...lines, ...shellsOwn(plan)].join(''));
    return 0;
  },
};

async function lookUp(plan: CompletionPlan, io: Io): Promise<readonly Candidate[]> {
  const kinds: readonly Candidate[] = plan.lookUp.some(({ kind }) => kind === 'kind')
    ? listedKinds.map(({ kind }) => ({ text: kind.toLowerCase(), help: '' }))
    : [];
  // Whoever may not look at the store is offered what else there is.
  const namespace = namespaceOf(namespaceFlags, plan.flags, io.env);
  const named = await readIfAllowed({ flags: plan.flags, io }, (client) => namesFor(plan, namespace, client));
  const tokens = plan.lookUp.some(({ kind }) => kind === 'token')
    ? await tokenNames({ flags: plan.flags, io })
    : [];
  const contexts = plan.lookUp.some(({ kind }) => kind === 'context') ? await contextNames(io) : [];
  return [...kinds, ...(named ?? []), ...[...tokens, ...contexts].map((text) => ({ text, help: '' }))];
}

async function contextNames({ env }: Io): Promise<readonly string[]> {
  const { ContextStore } = await import('../../remote/context-store.ts');
  return [localContext, ...(await new ContextStore(env).names())];
}

async function namesFor(
  { lookUp: wanted }: CompletionPlan,
  namespace: string | undefined,
  { stored, networks }: ReadClient,
): Promise<readonly Candidate[]> {
  const { groupKind } = await import('../declare/declared-kind.ts');
  const namesOf = (kind: GroupKind): Promise<readonly Candidate[]> => namesIn(namespace, kind, stored);
  const named = async (choice: CompletionPlan['lookUp'][number]): Promise<readonly Candidate[]> => {
    if (choice.kind === 'object') {
      if (choice.of === cniNetworkResource.kind) return await networkNames(networks);
      if (choice.of === namespaceResource.kind) return await namespaceNames(stored);
      return await namesOf(groupKind(choice.of));
    }
    if (choice.kind === 'vm-path')
      return (await namesOf(groupKind('VM'))).map(({ text, help }) => ({ text: `${text}:`, help }));
    if (choice.kind !== 'key') return [];
    const keys = listedKinds.map(async ({ kind }) =>
      (await namesOf(groupKind(kind))).map(({ text, help }) => ({
        text: `${kind.toLowerCase()}/${text}`,
        help,
      })),
    );
    return (await Promise.all(keys)).flat();
  };
  return (await Promise.all(wanted.map(named))).flat();
}

/** In a namespace, names go without it. */
async function namesIn(
  namespace: string | undefined,
  kind: GroupKind,
  stored: StoreReader,
): Promise<readonly Candidate[]> {
  const { items, broken = [] } = await stored.list(kind);
  const isThere = (place = ''): boolean => namespace === undefined || place === '' || place === namespace;
  const nameOf = namespace === undefined ? fullName : shownName;
  return [
    ...items
      .filter(({ metadata }) => isThere(metadata.namespace))
      .map((object) => ({ text: nameOf(object), help: phaseOf(object.status) })),
    ...broken
      .filter(({ key }) => isThere(key.namespace))
      .map(({ key }) => ({ text: nameOf({ metadata: key }), help: 'damaged' })),
  ];
}

/** Those of VMs and volumes too: a namespace needs no object of its own. */
async function namespaceNames(stored: StoreReader): Promise<readonly Candidate[]> {
  const { groupKind } = await import('../declare/declared-kind.ts');
  const found = await Promise.all(
    ['VM', 'Volume'].map(async (kind) => {
      const { items, broken = [] } = await stored.list(groupKind(kind));
      return [...items.map(({ metadata }) => metadata.namespace), ...broken.map(({ key }) => key.namespace)];
    }),
  );
  const { items: declared } = await stored.list(groupKind(namespaceResource.kind));
  const names = new Set(['default', ...declared.map(({ metadata }) => metadata.name), ...found.flat()]);
  return [...names].flatMap((text) => (text === undefined ? [] : [{ text, help: '' }]));
}

/** They are files of the host, not objects of the store. */
async function networkNames(networks: NetworkFinder): Promise<readonly Candidate[]> {
  const found = await networks.list(AbortSignal.timeout(networksTimeoutMs));
  return found.map(({ metadata, spec }) => ({ text: metadata.name, help: spec.plugins[0] ?? '' }));
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
