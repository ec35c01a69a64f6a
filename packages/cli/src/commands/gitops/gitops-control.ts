import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { locksDir } from '@ignite/engine/host/paths';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import {
  type GitSourceObject,
  type SyncObject,
  type SyncSpec,
  confirmedRevisionAnnotation,
  requestedAtAnnotation,
} from '@ignite/toolkit/gitops/kinds';
import type { EventObject } from '@ignite/toolkit/controller/event-recorder';
import { keyText } from '@ignite/toolkit/gitops/object-key';
import { ownerOf } from '@ignite/toolkit/gitops/plan-sync';
import { Renderer } from '@ignite/toolkit/gitops/render';
import { shortRevision } from '@ignite/toolkit/gitops/sync-status';
import { planRevision } from '@ignite/toolkit/gitops/synchronize';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import type { Command, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { type DeclaredHost, withDeclaredHost } from '../../context.ts';
import {
  type Column,
  asksForTable,
  assertTemplateFlags,
  outputFlags,
  printObjects,
} from '../../render/objects.ts';
import { differs, fieldLines, renderPlan } from '../../render/plan.ts';
import { age } from '../../render/text/age.ts';
import { printable } from '../../render/text/printable.ts';
import { table } from '../../render/text/table.ts';
import { parseKey } from '../declare/declared-kind.ts';

const oneSync = { arguments: '[SYNC]', arity: { least: 0, most: 1 } } as const;
const reconcileTimeoutMs = 600_000;
const pollMs = 200;

const columns: readonly Column<SyncObject>[] = [
  { title: 'SYNC', cell: ({ metadata }) => metadata.name },
  { title: 'READY', cell: (sync) => readyOf(sync)?.status ?? 'Unknown' },
  { title: 'REVISION', cell: ({ status }) => shortRevision(status.lastAppliedRevision ?? '') },
  { title: 'OBJECTS', cell: ({ status }) => String(status.objects.length) },
  {
    title: 'SYNCED',
    cell: ({ status }) => String(status.objects.filter(({ state }) => state === 'Synced').length),
  },
  { title: 'REASON', cell: (sync) => readyOf(sync)?.reason ?? '' },
  { title: 'MESSAGE', cell: (sync) => readyOf(sync)?.message ?? 'not looked at yet' },
];

export const status: Command = {
  name: 'gitops status',
  ...oneSync,
  summary: 'Show what is desired, what is there, and where they differ',
  examples: ['ignite gitops status', 'ignite gitops status site', 'ignite gitops status -o json'],
  flags: outputFlags,
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    assertTemplateFlags(flags);
    return await withDeclaredHost(invocation, async (host) => {
      const syncs = args.length === 0 ? await listSyncs(host) : [await oneOf(host, args[0])];
      await printObjects(syncs, columns, flags, io);
      if (!asksForTable(flags)) return 0;
      for (const sync of syncs) io.out.write(details(sync));
      if (args.length === 0) io.out.write(orphans(await host.client.vms.list(invocation.signal)));
      return 0;
    });
  },
};

/** VMs that someone made by hand, which no sync answers for. */
function orphans(vms: readonly Vm[]): string {
  const names = vms.filter((vm) => ownerOf(vm) === undefined).map(({ metadata }) => metadata.name);
  return names.length === 0 ? '' : `\nVMs that no sync owns: ${names.join(', ')}\n`;
}

/** What is not as it should be, object by object; all objects of a sync that is well. */
function details({ metadata, status: { objects, problems } }: SyncObject): string {
  if (objects.length === 0 && problems.length === 0) return '';
  const rows = objects.map((object) => [keyText(object), object.state, object.health, object.message ?? '']);
  const differences = objects.flatMap((object) =>
    object.changes ? [`${keyText(object)}: observed → desired`, ...fieldLines(object.changes)] : [],
  );
  const broken = problems.map(({ message }) => printable(`! ${message}`));
  return [
    `\n${metadata.name}:\n`,
    rows.length === 0 ? '' : table(['OBJECT', 'STATE', 'HEALTH', 'MESSAGE'], rows),
    ...[...differences, ...broken].map((line) => `${line}\n`),
  ].join('');
}

export const diff: Command = {
  name: 'gitops diff',
  ...oneSync,
  summary:
    'Fetch, and say what a sync would change now; exits with 0 for nothing, 1 for something, 2 for an error',
  examples: ['ignite gitops diff', 'ignite gitops diff site'],
  flags: {},
  run: async (invocation) => {
    const { io, signal } = invocation;
    try {
      return await withDeclaredHost(invocation, async (host) => {
        const sync = await oneOf(host, invocation.args[0]);
        const [{ openOptions }, { sourceOpener }] = await Promise.all([
          import('@ignite/daemon/gitops-service'),
          import('@ignite/toolkit/gitops/open-source'),
        ]);
        const source = sourceOpener(openOptions(host.paths))(sync, await gitSourceOf(sync, host));
        const revision = await source.fetch(host.op);
        const subject = {
          name: sync.metadata.name,
          spec: sync.spec,
          inventory: sync.status.inventory,
          confirmedRevision: sync.metadata.annotations[confirmedRevisionAnnotation],
        };
        const { plan, rendering } = await planRevision(subject, revision, new Renderer(), host.deps, signal);
        io.out.write(renderPlan(plan, io.isColoured));
        for (const { message } of rendering.problems) io.out.write(`! ${printable(message)}\n`);
        return differs(plan) || rendering.problems.length > 0 ? 1 : 0;
      });
    } catch (failure) {
      signal.throwIfAborted();
      const { renderError } = await import('../../render/message/error.ts');
      io.err.write(renderError(failure, false));
      return 2;
    }
  },
};

export const history: Command = {
  name: 'gitops history',
  ...oneSync,
  summary: 'List what was synced, newest first',
  examples: ['ignite gitops history site'],
  flags: {},
  run: async (invocation) =>
    await withDeclaredHost(invocation, async (host) => {
      const sync = await oneOf(host, invocation.args[0]);
      const rows = sync.status.history.map(({ revision, time, durationMs, outcome, message }) => [
        shortRevision(revision),
        `${age(time, Date.now())} ago`,
        `${(durationMs / 1_000).toFixed(1)}s`,
        outcome,
        message,
      ]);
      invocation.io.out.write(table(['REVISION', 'WHEN', 'TOOK', 'OUTCOME', 'MESSAGE'], rows));
      return 0;
    }),
};

export const events: Command = {
  name: 'gitops events',
  arguments: '[KIND/NAME]',
  arity: { least: 0, most: 1 },
  summary: 'List what happened to syncs and their objects, newest last',
  examples: ['ignite gitops events', 'ignite gitops events vm/web'],
  flags: {},
  run: async ({ args, ...invocation }) => {
    const wanted = args[0] === undefined ? undefined : keyText(parseKey(args[0]));
    return await withDeclaredHost({ args, ...invocation }, async ({ store }) => {
      const found = ((await store.list('Event')).items as readonly EventObject[])
        .filter(({ spec }) => wanted === undefined || keyText(spec.regarding) === wanted)
        .toSorted((a, b) => (a.spec.lastTime < b.spec.lastTime ? -1 : 1));
      const rows = found.map(({ spec }) => [
        `${age(spec.lastTime, Date.now())} ago`,
        spec.type,
        spec.reason,
        keyText(spec.regarding),
        spec.count > 1 ? `${spec.message} (${spec.count} times)` : spec.message,
      ]);
      invocation.io.out.write(table(['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], rows));
      return 0;
    });
  },
};

export const suspend: Command = {
  name: 'gitops suspend',
  ...oneSync,
  summary: 'Stop syncing; what is there stays',
  examples: ['ignite gitops suspend site'],
  flags: {},
  run: async (invocation) => await alter(invocation, () => ({ spec: { suspend: true } }), 'suspended'),
};

export const resume: Command = {
  name: 'gitops resume',
  ...oneSync,
  summary: 'Sync again, and follow the source again after a rollback',
  examples: ['ignite gitops resume site'],
  flags: {},
  run: async (invocation) =>
    await alter(invocation, () => ({ spec: { suspend: false, pin: undefined } }), 'resumed'),
};

export const confirm: Command = {
  name: 'gitops confirm',
  ...oneSync,
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

export const reconcile: Command = {
  name: 'gitops reconcile',
  ...oneSync,
  summary: 'Sync now, and wait for it; does it itself where no daemon runs',
  examples: ['ignite gitops reconcile', 'ignite gitops reconcile site'],
  flags: {},
  run: async (invocation) => {
    const { io, signal } = invocation;
    return await withDeclaredHost(invocation, async (host) => {
      const requestedAt = new Date().toISOString();
      const sync = await change(host, await oneOf(host, invocation.args[0]), () => ({
        annotations: { [requestedAtAnnotation]: requestedAt },
      }));
      const after = await handled(sync, requestedAt, host, signal);
      const ready = readyOf(after);
      io.out.write(`${sync.metadata.name}: ${ready?.reason ?? 'Unknown'}: ${ready?.message ?? ''}\n`);
      return ready?.status === 'True' ? 0 : 1;
    });
  },
};

/** Waits for the daemon to have looked, or looks in its place. */
async function handled(
  sync: SyncObject,
  requestedAt: string,
  host: DeclaredHost,
  signal: AbortSignal,
): Promise<SyncObject> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(reconcileTimeoutMs)]);
  for (;;) {
    const now = await oneOf(host, sync.metadata.name);
    if (now.status.lastHandledReconcileAt === requestedAt) return now;
    const isDaemonAbsent = (() => {
      using lock = tryLock(locksDir(host.paths), 'gitops');
      return lock !== undefined;
    })();
    if (isDaemonAbsent) {
      const { reconcileOnce } = await import('@ignite/daemon/gitops-service');
      await reconcileOnce(sync.metadata, host, deadline);
    } else await delay(pollMs, undefined, { signal: deadline });
  }
}

interface Alteration {
  readonly spec?: { readonly [K in keyof SyncSpec]?: SyncSpec[K] | undefined };
  readonly annotations?: Readonly<Record<string, string>>;
}

async function alter(
  invocation: Invocation,
  alteration: (sync: SyncObject) => Alteration,
  done: string,
): Promise<number> {
  return await withDeclaredHost(invocation, async (host) => {
    const sync = await change(host, await oneOf(host, invocation.args[0]), alteration);
    invocation.io.out.write(`${sync.metadata.name} ${done}\n`);
    return 0;
  });
}

async function change(
  { store }: DeclaredHost,
  { metadata }: SyncObject,
  alteration: (sync: SyncObject) => Alteration,
): Promise<SyncObject> {
  for (;;) {
    const now = (await store.get({ kind: 'Sync', ...metadata })) as SyncObject;
    const { spec, annotations } = alteration(now);
    const next = {
      ...now,
      metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, ...annotations } },
      spec: { ...now.spec, ...spec },
    };
    try {
      return (await store.update(next)) as SyncObject;
    } catch (failure) {
      if (!hasCode(failure, 'CONFLICT')) throw failure;
    }
  }
}

const listSyncs = async ({ store }: DeclaredHost): Promise<readonly SyncObject[]> =>
  (await store.list('Sync')).items as readonly SyncObject[];

/** The Sync of that name, or the only one. @throws CodedError USAGE_INVALID */
async function oneOf(host: DeclaredHost, name: string | undefined): Promise<SyncObject> {
  const syncs = await listSyncs(host);
  const found = name === undefined ? syncs : syncs.filter(({ metadata }) => metadata.name === name);
  if (found.length === 1) return found[0]!;
  const names = syncs.map(({ metadata }) => metadata.name).join(', ');
  if (syncs.length === 0) throw usageError('there is no Sync', '"ignite gitops REPO" makes one');
  throw usageError(
    name === undefined ? 'there is more than one Sync' : `there is no Sync "${name}"`,
    `name one of ${names}`,
  );
}

async function gitSourceOf(
  { spec, metadata }: SyncObject,
  { store }: DeclaredHost,
): Promise<GitSourceObject | undefined> {
  if (!('gitSource' in spec.source)) return undefined;
  const { namespace } = metadata;
  return (await store.get({ kind: 'GitSource', namespace, name: spec.source.gitSource })) as GitSourceObject;
}

const readyOf = ({ status: { conditions } }: SyncObject) => conditions.find(({ type }) => type === 'Ready');
