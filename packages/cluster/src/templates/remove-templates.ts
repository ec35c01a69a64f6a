import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { own } from '../contract/names.ts';
import { clusterKind, clusterSnapshotKind } from '../kinds/object-kinds.ts';
import { deleteSnapshotObject } from '../operations/snapshot-cluster.ts';
import { awaitRemoval, isPartOf, listParts, ofTemplates, removeParts } from '../operations/snapshot-parts.ts';
import type { SnapshotWaiting } from '../operations/snapshot-waiting.ts';
import { type TemplateSnapshot, isTemplate } from './cluster-template.ts';

/** Lists the templates of clusters of a namespace, or of all of them. */
export async function listTemplates(
  namespace: string | undefined,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly TemplateSnapshot[]> {
  const selected = { ...(namespace !== undefined && { namespace }), signal };
  return (await new KindClient(client, clusterSnapshotKind).list(selected)).items.filter(isTemplate);
}

/** Removes a template, and waits until its host has cleared away what its control plane had stored. Clusters that have started from it stay. */
export async function removeTemplate(template: TemplateSnapshot, waiting: SnapshotWaiting): Promise<void> {
  const { namespace, name } = template.metadata;
  await unlessGone(deleteSnapshotObject(template, waiting));
  await removeParts(ofTemplates(namespace), isPartOf(name), waiting);
  await awaitRemoval(namespace, name, waiting);
}

/**
 * Removes what was left of templates of a namespace by commands that were killed, and of those whose object somebody has deleted. An attempt
 * that has a cluster now is at work, or cut short: then it is given up once the cluster goes on.
 */
export async function removeLeftParts(namespace: string, waiting: SnapshotWaiting): Promise<void> {
  const { client, op } = waiting;
  const selected = { namespace, signal: op.signal };
  // The parts are listed first: those of an attempt that has stored its object since are none.
  const parts = await listParts(ofTemplates(namespace), waiting);
  if (parts.length === 0) return;
  const clusters = (await new KindClient(client, clusterKind).list(selected)).items;
  const current = new Set(clusters.map(({ metadata }) => metadata.annotations[own.attempt]));
  const names = new Set(
    (await listTemplates(namespace, client, op.signal)).map(({ metadata }) => metadata.name),
  );
  const left = new Set(
    parts
      .filter(({ metadata }) => !current.has(metadata.labels[own.attempt]))
      .map(({ metadata }) => metadata.uid),
  );
  await removeParts(
    ofTemplates(namespace),
    ({ metadata }) => left.has(metadata.uid) && !names.has(metadata.labels[own.clusterSnapshot]!),
    waiting,
  );
}

async function unlessGone(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
  }
}
