import { fullName } from '@ignite/api/v1/shown-name';
import type { VmSpec } from '@ignite/api/v1/vm';
import { planManifests } from '@ignite/toolkit/apply/plan-manifests';
import type { LiveObject } from '@ignite/toolkit/apply/actuator';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { type ObjectResult, executePlan } from '@ignite/toolkit/apply/execute-plan';
import { type ObjectKey, keyText, objectKey } from '@ignite/toolkit/object/object-key';
import type { SyncPlan } from '@ignite/toolkit/apply/plan-apply';
import type { Command, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { type DeclaredHost, isForOtherHost, withDeclaredHost } from '../../context.ts';
import { assertAbsoluteSources } from '../../remote/assert-absolute-sources.ts';
import { assertNamespaces } from '../../remote/assert-namespaces.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { tellNote } from '../../render/message/note.ts';
import { differs, planDocument, renderPlan } from '../../render/plan.ts';
import { printable } from '@ignite/toolkit/text/printable';
import { readManifestFiles } from './manifest-files.ts';
import { filenameFlag } from './manifest-texts.ts';

const planFlags: Flags = {
  ...namespaceFlags,
  filename: filenameFlag,
  replace: {
    type: 'boolean',
    help: 'allow changes that require replacing a VM and its disk',
  },
  force: { type: 'boolean', help: 'also change objects that a Sync owns; the Sync may revert the changes' },
  output: { ...documentFlag, help: 'print the plan as json or yaml' },
};

const concurrency = 4;
const healthTimeoutMs = 300_000;

export const apply: Command = {
  name: 'apply',
  arguments: '-f FILE...',
  arity: { least: 0, most: 0 },
  summary: 'Apply manifests from files, directories or standard input',
  details: ['Objects that differ from their manifests are created, changed, restarted, started or stopped.'],
  examples: [
    'ignite apply -f vm.yaml',
    'ignite apply -f manifests/ --dry-run',
    'cat vm.yaml | ignite apply -f -',
  ],
  flags: { ...planFlags, 'dry-run': { type: 'boolean', help: 'show what would be done, without doing it' } },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const manifests = await readManifestFiles(flags.list('filename'), invocation);
    return await withDeclaredHost(invocation, async (host) => {
      const plan = await planFor(manifests, invocation, host);
      await printPlan(plan, invocation);
      if (flags.isSet('dry-run')) return plan.refused.length > 0 ? 1 : 0;
      const status = await applyPlanned(plan, invocation, host, io.out.write.bind(io.out));
      if (hasCluster(plan))
        tellNote(
          'ignited with --clusters makes the cluster: "ignite cluster ls" shows how far it is',
          invocation,
        );
      return status;
    });
  },
};

export const diff: Command = {
  name: 'diff',
  arguments: '[VM]',
  arity: { least: 0, most: 1 },
  summary: 'Show what apply would change, or the files that a VM has changed',
  details: [
    'With -f, the exit status is 0 if there are no differences, 1 if there are some, and 2 after an error.',
  ],
  examples: ['ignite diff -f manifests/', 'ignite diff my-vm'],
  flags: planFlags,
  run: async (invocation) => {
    if (invocation.args.length === 1) {
      const { printFileChanges } = await import('./file-changes.ts');
      return await printFileChanges(invocation);
    }
    try {
      const manifests = await readManifestFiles(invocation.flags.list('filename'), invocation);
      return await withDeclaredHost(invocation, async (host) => {
        const plan = await planFor(manifests, invocation, host);
        await printPlan(plan, invocation);
        return differs(plan) ? 1 : 0;
      });
    } catch (failure) {
      invocation.signal.throwIfAborted();
      const { renderError } = await import('@ignite/api/render-error');
      invocation.io.err.write(renderError(failure, false));
      return 2;
    }
  },
};

export const deleteDeclared: Command = {
  name: 'delete',
  arguments: '[KIND/NAME...]',
  arity: { least: 0, most: Infinity },
  summary: 'Delete objects by manifest or by name; VMs are deleted with their disks',
  examples: ['ignite delete -f vm.yaml', 'ignite delete vm/web sync/site', 'ignite delete host/rack-2'],
  flags: { ...namespaceFlags, filename: filenameFlag },
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    const files = flags.list('filename');
    const manifests = files.length === 0 && args.length > 0 ? [] : await readManifestFiles(files, invocation);
    const { parseKey, parseKind } = await import('./declared-kind.ts');
    const keys = [...manifests.map(objectKey), ...args.map((text) => parseKey(text))];
    const remove = async (host: DeclaredHost): Promise<number> => {
      const { client, syncs, op } = host;
      const { deps } = syncs;
      // The record of a host is replaced only once it is known to be lost.
      for (const { kind, ...metadata } of keys)
        if (kind !== 'Host') await client.mend(parseKind(kind).kind, fullName({ metadata }));
      const live = new Map(
        (await deps.actuator.observe(signal)).map((object) => [keyText(objectKey(object)), object]),
      );
      for (const key of removalOrder(keys)) {
        const object = live.get(keyText(key));
        if (object) await deps.actuator.remove(object, op);
        if (object?.kind === 'Sync') await finishSync(object.metadata, host, signal);
        const isGone =
          key.kind === 'Host' ? await client.hosts.remove(key.name, signal) : object !== undefined;
        io.out.write(isGone ? `${keyText(key)} removed\n` : `${keyText(key)} not found\n`);
      }
      return 0;
    };
    return await withDeclaredHost(invocation, remove, { freesSpace: true });
  },
};

/** The kinds that are removed last, since others must be gone before. */
const lastKinds = ['Volume', 'Namespace'];

/**
 * Pure. The last declared object is removed first, and volumes after all VMs, since a volume that a VM uses cannot be
 * removed. Neither can a namespace with VMs or volumes.
 */
const removalOrder = (keys: readonly ObjectKey[]): readonly ObjectKey[] =>
  keys.toReversed().toSorted((a, b) => lastKinds.indexOf(a.kind) - lastKinds.indexOf(b.kind));

/** Without a running daemon, nothing else cleans up after a Sync. */
async function finishSync(
  sync: LiveObject['metadata'],
  { syncs }: DeclaredHost,
  signal: AbortSignal,
): Promise<void> {
  if (!syncs.isServed()) await syncs.reconcile(sync, signal);
}

/** @throws CodedError NAMESPACE_MISSING, NOT_REMOTE */
export async function planFor(
  manifests: readonly Manifest[],
  invocation: Invocation,
  { syncs: { deps } }: DeclaredHost,
): Promise<SyncPlan> {
  const { flags, signal } = invocation;
  const live = await deps.actuator.observe(signal);
  const options = { replace: flags.isSet('replace'), force: flags.isSet('force') };
  const plan = planManifests(manifests, live, options, deps);
  if (isForOtherHost(invocation)) {
    for (const { kind, spec } of manifests) if (kind === 'VM') assertAbsoluteSources(spec as VmSpec);
    assertNamespaces(plan, live);
  }
  return plan;
}

async function printPlan(plan: SyncPlan, { flags, io }: Invocation): Promise<void> {
  const format = documentFormatOf(flags);
  if (format !== undefined) await printDocument(planDocument(plan), format, io);
  else io.out.write(renderPlan(plan, io.isColoured));
}

/** Executes a plan, prints a line for each object, and returns the exit status. */
export async function applyPlanned(
  plan: SyncPlan,
  { flags }: Invocation,
  { syncs: { deps }, op }: DeclaredHost,
  write: (text: string) => unknown,
): Promise<number> {
  const options = {
    owner: undefined,
    actuator: deps.actuator,
    clock: deps.clock,
    concurrency,
    healthTimeoutMs,
    // A cluster takes many minutes, and ignited goes on with it.
    waitForHealth: !hasCluster(plan),
  };
  const { results } = await executePlan(plan, [], options, op);
  if (flags.text('output') === undefined) for (const result of results) write(`${resultLine(result)}\n`);
  return results.every(({ outcome }) => outcome === 'applied' || outcome === 'unchanged') ? 0 : 1;
}

const hasCluster = ({ stages }: SyncPlan): boolean =>
  stages.flat().some(({ key, kind }) => key.kind === 'Cluster' && kind !== 'unchanged');

function resultLine({ key, outcome, message }: ObjectResult): string {
  return printable(`${keyText(key)} ${outcome}${message === undefined ? '' : `: ${message}`}`);
}
