import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient, Selection } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { type ReconcileResult, runController } from '@ignite/toolkit/controller/controller';
import { Informer } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { type Namespace, defaultNamespace, storedNamespace } from '@ignite/toolkit/core/resources/namespace';
import type { Log } from '@ignite/toolkit/log/log';
import { ensureNamespaces } from './ensure-namespaces.ts';
import { deletionConditions } from './deletion-conditions.ts';
import { type StoredKind, emptyNamespace } from './empty-namespace.ts';
import { authoritiesMap, defaultAccount, furnishNamespace, furnitureResources } from './furnish-namespace.ts';
import {
  contentFinalizer,
  finalizersOf,
  withContentFinalizer,
  withoutContentFinalizer,
} from './namespace-client.ts';

export interface NamespaceControllerOptions {
  readonly client: ObjectClient;
  /** Returns the kinds whose objects are in the store now. */
  readonly resources: () => readonly StoredKind[];
  /** Tells whether these are all kinds by now. No namespace is removed before. */
  readonly isComplete: () => boolean;
  /** Returns the certificates of the authorities of the server. */
  readonly authorities: (signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

const concurrency = 4;
/** How often it is looked whether the rest of a namespace is gone, in milliseconds. */
const waitMs = 500;
/** The least time from the deletion of a namespace to its removal, in milliseconds. */
const graceMs = 1_000;

/**
 * Gives every namespace what it must hold, and empties those that are being deleted before they are removed
 * (Kubernetes: the controllers of namespaces, service accounts and root certificates). It ends when `signal` aborts.
 */
export async function controlNamespaces(
  options: NamespaceControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, log } = options;
  const namespaces = new KindClient(client, storedNamespace);
  const queue = new WorkQueue(clock);
  const known = new Informer(namespaces, clock, log);
  known.onChange(({ metadata }, isGone) => {
    if (!isGone) queue.add(metadata.name);
  });
  const accounts = { ...furnitureResources.accounts, kind: 'ServiceAccount' };
  const maps = { ...furnitureResources.configMaps, kind: 'ConfigMap' };
  const furniture = [
    new Informer(objectsOf(client, accounts), clock, log, named(defaultAccount)),
    new Informer(objectsOf(client, maps), clock, log, named(authoritiesMap)),
  ];
  for (const informer of furniture) informer.onChange(({ metadata }) => queue.add(metadata.namespace));
  const reconcile = async (name: string): Promise<ReconcileResult> => {
    const namespace = await namespaces.find({ name }, { signal });
    if (!namespace) return {};
    if (namespace.metadata.deletionTimestamp !== undefined)
      return await endNamespace(namespace, options, signal);
    await namespaces.modify({ name }, withContentFinalizer, { signal });
    await furnishNamespace(name, { client, authorities: await options.authorities(signal) }, signal);
    return {};
  };
  await Promise.all([
    known.run(signal),
    ...furniture.map((informer) => informer.run(signal)),
    runController({ name: 'namespace', queue, concurrency, reconcile, clock, log }, signal),
  ]);
}

const named = (name: string): Selection => ({
  fields: [{ field: 'metadata.name', operator: '=', value: name }],
});

async function endNamespace(
  namespace: Namespace,
  { client, resources, isComplete, clock }: NamespaceControllerOptions,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  if (!finalizersOf(namespace).includes(contentFinalizer)) return {};
  const { name } = namespace.metadata;
  const namespaces = new KindClient(client, storedNamespace);
  if (name === defaultNamespace) {
    // An older version has let somebody delete it. It is made anew, and nothing in it is touched.
    await namespaces.modify({ name }, withoutContentFinalizer, { signal });
    await ensureNamespaces(client, [name], signal);
    return {};
  }
  if (!isComplete()) return { requeueAfterMs: waitMs };
  const terminating = (now: Namespace): Namespace =>
    now.status.phase === 'Terminating' ? now : { ...now, status: { ...now.status, phase: 'Terminating' } };
  await namespaces.modifyStatus({ name }, terminating, { signal });
  const remaining = await emptyNamespace(namespace, { client, resources: resources() }, signal);
  const now = new Date(clock.now()).toISOString();
  await namespaces.modifyStatus(
    { name },
    (found) => ({
      ...found,
      status: {
        ...found.status,
        conditions: deletionConditions(remaining, found.status.conditions ?? [], now),
      },
    }),
    { signal },
  );
  // Whoever asked before the deletion began may be creating an object still.
  const isYoung = clock.now() - Date.parse(namespace.metadata.deletionTimestamp ?? now) < graceMs;
  if (remaining.length > 0 || isYoung) return { requeueAfterMs: waitMs };
  await namespaces.modify({ name }, withoutContentFinalizer, { signal });
  return {};
}
