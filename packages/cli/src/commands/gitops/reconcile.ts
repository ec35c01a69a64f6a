import { setTimeout as delay } from 'node:timers/promises';
import { type SyncObject, requestedAtAnnotation } from '@ignite/toolkit/sync/kinds';
import { syncsOf } from '@ignite/toolkit/sync/sync-clients';
import { readyOf } from '@ignite/toolkit/sync/resources';
import type { Command } from '../../arguments/command.ts';
import { type DeclaredHost, withDeclaredHost } from '../../context.ts';
import { type ReconcileRequest, isHandled, reconcileRequest } from './reconcile-request.ts';
import { changeSync, findSync, syncOperand } from './syncs.ts';

const reconcileTimeoutMs = 600_000;
const pollMs = 200;

export const reconcile: Command = {
  name: 'gitops reconcile',
  ...syncOperand,
  summary: 'Sync now, and wait for the result',
  details: ['If no daemon is running, the command syncs by itself.'],
  examples: ['ignite gitops reconcile', 'ignite gitops reconcile site'],
  run: async (invocation) => {
    const { io, signal } = invocation;
    return await withDeclaredHost(invocation, async (host) => {
      const requestedAt = new Date().toISOString();
      let request: ReconcileRequest;
      const sync = await changeSync(host, await findSync(host.client.stored, invocation), (now) => {
        request = reconcileRequest(now, requestedAt);
        return { annotations: { [requestedAtAnnotation]: requestedAt } };
      });
      const after = await handled(sync, request!, host, signal);
      const ready = readyOf(after);
      io.out.write(`${sync.metadata.name}: ${ready?.reason ?? 'Unknown'}: ${ready?.message ?? ''}\n`);
      return ready?.status === 'True' ? 0 : 1;
    });
  },
};

/** Waits for the daemon to sync, or syncs if no daemon is running. */
async function handled(
  sync: SyncObject,
  request: ReconcileRequest,
  { client, syncs }: DeclaredHost,
  signal: AbortSignal,
): Promise<SyncObject> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(reconcileTimeoutMs)]);
  for (;;) {
    const now = await syncsOf(client.objects).get(sync.metadata, { signal: deadline });
    if (isHandled(request, now)) return now;
    if (syncs.isServed()) await delay(pollMs, undefined, { signal: deadline });
    else await syncs.reconcile(sync.metadata, deadline);
  }
}
