import type { Client } from '@ignite/api/client/client';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { clusterSnapshotKind } from '../kinds/object-kinds.ts';
import type { SnapshotWaiting } from '../operations/snapshot-waiting.ts';
import { type TemplateSnapshot, isElsewhere, isClusterTemplate } from './cluster-template.ts';

/** The host of a command that keeps and removes templates, which may share its store with others. */
export interface TemplateHost extends SnapshotWaiting {
  readonly hosts: Pick<Client['hosts'], 'list'>;
}

/** Lists the templates of clusters of a namespace, or of all of them, whichever host has them. */
export async function listTemplates(
  namespace: string | undefined,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly TemplateSnapshot[]> {
  const selected = { ...(namespace !== undefined && { namespace }), signal };
  return (await new KindClient(client, clusterSnapshotKind).list(selected)).items.filter(isClusterTemplate);
}

/** Lists those that this host has. */
export async function listOwnTemplates(
  namespace: string | undefined,
  host: Pick<TemplateHost, 'client' | 'snapshots' | 'hosts' | 'op'>,
): Promise<readonly TemplateSnapshot[]> {
  const { client, snapshots, op } = host;
  const templates = await listTemplates(namespace, client, op.signal);
  if (templates.length === 0) return [];
  const [known, isAlone] = [await snapshots.list(op.signal), await isHostAlone(host)];
  return templates.filter((each) => !isElsewhere(each, known, isAlone));
}

/** Tells whether no other host shares the store. One that opens a shared store is listed from then on. */
export const isHostAlone = async ({ hosts, op }: Pick<TemplateHost, 'hosts' | 'op'>): Promise<boolean> =>
  (await hosts.list(op.signal)).length <= 1;
