import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { own } from '../contract/names.ts';
import { clusterKind, clusterSnapshotKind } from '../kinds/object-kinds.ts';
import {
  type Part,
  type Removing,
  awaitRemoval,
  isPartOf,
  listParts,
  ofTemplates,
  removeParts,
} from '../operations/snapshot-parts.ts';
import type { SnapshotWaiting } from '../operations/snapshot-waiting.ts';
import type { TemplateSnapshot } from './cluster-template.ts';
import { listTemplates } from './list-templates.ts';

/** Removes a template, and waits until its host has cleared away what its control plane had stored. Clusters that have started from it stay. */
export async function removeTemplate(template: TemplateSnapshot, waiting: SnapshotWaiting): Promise<void> {
  const { namespace, name } = template.metadata;
  const { client, op } = waiting;
  await deleteSeen(client, clusterSnapshotKind, template, { signal: op.signal });
  await removeParts(ofTemplates(namespace), isPartOf(name), waiting);
  await awaitRemoval(namespace, name, waiting);
}

/** Removes what was left of templates of a namespace. It is of no matter when their hosts clear away what they held. */
export async function removeLeftTemplateParts(namespace: string, removing: Removing): Promise<void> {
  const left = new Set(
    (await listLeftTemplateParts(namespace, removing)).map(({ metadata }) => metadata.uid),
  );
  if (left.size > 0)
    await removeParts(ofTemplates(namespace), ({ metadata }) => left.has(metadata.uid), removing);
}

/**
 * Lists what was left of templates of a namespace, or of all of them, by commands that were killed, and of those whose object somebody has
 * deleted. An attempt that has a cluster now is at work, or cut short: then it is given up once the cluster goes on.
 */
export async function listLeftTemplateParts(
  namespace: string | undefined,
  removing: Removing,
): Promise<readonly Part[]> {
  const { client, op } = removing;
  const selected = { ...(namespace !== undefined && { namespace }), signal: op.signal };
  // The parts are listed first: those of an attempt that has stored its object since are none.
  const parts = await listParts(ofTemplates(namespace), removing);
  if (parts.length === 0) return [];
  const clusters = (await new KindClient(client, clusterKind).list(selected)).items;
  const current = new Set(clusters.map(({ metadata }) => metadata.annotations[own.attempt]));
  const templates = await listTemplates(namespace, client, op.signal);
  const isNamed = (part: Part): boolean =>
    templates.some(
      ({ metadata: { namespace: place, name } }) => part.metadata.namespace === place && isPartOf(name)(part),
    );
  return parts.filter((part) => !current.has(part.metadata.labels[own.attempt]) && !isNamed(part));
}
