import type { ReadClient } from '@ignite/api/client/client';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { own } from '../contract/names.ts';
import { clusterKind, clusterSnapshotKind } from '../kinds/object-kinds.ts';
import { type Part, awaitRemoval, partKinds } from '../operations/snapshot-parts.ts';
import { type TemplateSnapshot, isInUse } from './cluster-template.ts';
import { type TemplateHost, isHostAlone, listOwnTemplates } from './list-templates.ts';
import { listLeftTemplateParts, removeLeftTemplateParts, removeTemplate } from './remove-templates.ts';

/** What there is to remove of templates. */
export interface IdleTemplates {
  /** Those that the host has. */
  readonly templates: readonly TemplateSnapshot[];
  /** Those of which commands that were killed have left parts. */
  readonly left: readonly LeftTemplate[];
}

/** A template of which there are parts, and not the object that would name them. */
export interface LeftTemplate {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly parts: readonly Part[];
}

/** Tells from what is stored whether there may be anything to remove. */
export async function hasTemplates(
  { snapshots, stored }: Pick<ReadClient, 'snapshots' | 'stored'>,
  signal: AbortSignal,
): Promise<boolean> {
  const isOfOne = ({ metadata }: Part): boolean => Object.hasOwn(metadata.labels, own.warmCluster);
  if ((await snapshots.list(signal)).some(isOfOne)) return true;
  for (const { group, kind } of [clusterSnapshotKind, ...partKinds])
    if ((await stored.list({ group, kind }, {}, { signal })).items.some(isOfOne)) return true;
  return false;
}

/** Lists what there is to remove of templates in all namespaces. Those from which a cluster is being made stay. */
export async function findIdleTemplates(
  host: Pick<TemplateHost, 'client' | 'snapshots' | 'hosts' | 'op'>,
): Promise<IdleTemplates> {
  const templates = await listOwnTemplates(undefined, host);
  const clusters = await new KindClient(host.client, clusterKind).list({ signal: host.op.signal });
  return {
    templates: templates.filter((template) => !isInUse(template, clusters.items)),
    left: byTemplate(await listLeftTemplateParts(undefined, host)),
  };
}

/** Pure. Groups parts by the templates to which they belong. */
const byTemplate = (parts: readonly Part[]): readonly LeftTemplate[] =>
  [
    ...Map.groupBy(
      parts,
      ({ metadata: { namespace, labels } }) => `${namespace}/${labels[own.clusterSnapshot]!}`,
    ).values(),
  ].map((some) => {
    const { namespace, labels } = some[0]!.metadata;
    return { metadata: { namespace, name: labels[own.clusterSnapshot]! }, parts: some };
  });

/** Removes what was found, and waits until the host has cleared it away. Others that share the store do so when they are up. */
export async function removeIdleTemplates(
  { templates, left }: IdleTemplates,
  host: TemplateHost,
): Promise<void> {
  for (const template of templates) await removeTemplate(template, host);
  for (const namespace of new Set(left.map(({ metadata }) => metadata.namespace)))
    await removeLeftTemplateParts(namespace, host);
  if (await isHostAlone(host))
    for (const { metadata } of left) await awaitRemoval(metadata.namespace, metadata.name, host);
}
