import {
  type GitSourceObject,
  type SyncObject,
  confirmedRevisionAnnotation,
} from '@ignite/toolkit/sync/kinds';
import { Renderer } from '@ignite/toolkit/render/render';
import { gitSourcesOf } from '@ignite/toolkit/sync/sync-clients';
import type { SyncTarget } from '@ignite/toolkit/sync/sync-target';
import { planRevision } from '@ignite/toolkit/sync/synchronize';
import type { SyncClient } from '@ignite/api/client/sync-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Command } from '../../arguments/command.ts';
import { type DeclaredHost, withSources } from '../../context.ts';
import { differs, renderPlan } from '../../render/plan.ts';
import { printable } from '@ignite/toolkit/text/printable';
import { findSync, syncOperand } from './syncs.ts';

export const diff: Command = {
  name: 'gitops diff',
  ...syncOperand,
  summary: 'Fetch the source of a sync and show what would change',
  details: ['The exit status is 0 if there are no differences, 1 if there are some, and 2 after an error.'],
  examples: ['ignite gitops diff', 'ignite gitops diff site'],
  run: async (invocation) => {
    const { io, signal } = invocation;
    try {
      return await withSources(invocation, async (host) => {
        const sync = await findSync(host.client.stored, invocation);
        const gitSource = await gitSourceOf(sync, host);
        const revision = await host.syncs.openSource(sync, gitSource).fetch(host.op);
        const subject = {
          name: sync.metadata.name,
          spec: sync.spec,
          inventory: sync.status.inventory,
          place: sync.status.place,
          target: sync.status.target,
          gitSource,
          confirmedRevision: sync.metadata.annotations[confirmedRevisionAnnotation],
        };
        using target = await targetOf(sync, host, signal);
        const deps = { ...host.syncs.deps, ...target };
        const renderer = new Renderer(deps.reader);
        const { plan, rendering } = await planRevision(subject, revision, renderer, deps, signal);
        io.out.write(renderPlan(plan, io.isColoured));
        for (const { message } of rendering.problems) io.out.write(`! ${printable(message)}\n`);
        return differs(plan) || rendering.problems.length > 0 ? 1 : 0;
      });
    } catch (failure) {
      signal.throwIfAborted();
      const { renderError } = await import('@ignite/api/render-error');
      io.err.write(renderError(failure, false));
      return 2;
    }
  },
};

/** @throws CodedError CLUSTER_NOT_READY */
async function targetOf(
  sync: SyncObject,
  { syncs: { deps } }: DeclaredHost<SyncClient>,
  signal: AbortSignal,
): Promise<(SyncTarget & Disposable) | undefined> {
  const opened = sync.spec.cluster === undefined ? undefined : await deps.openTarget?.(sync, signal);
  if (!opened || opened.state === 'ready') return opened?.target;
  throw new CodedError('CLUSTER_NOT_READY', opened.message, {
    hint: `"ignite cluster describe ${sync.spec.cluster}" shows how far it is`,
  });
}

async function gitSourceOf(
  { spec, metadata }: SyncObject,
  { client }: DeclaredHost,
): Promise<GitSourceObject | undefined> {
  if (!('gitSource' in spec.source)) return undefined;
  const { namespace } = metadata;
  return await gitSourcesOf(client.objects).get({ namespace, name: spec.source.gitSource });
}
