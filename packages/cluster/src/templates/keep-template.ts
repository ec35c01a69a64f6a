import { igniteVersion } from '@ignite/api/ignite-version';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { newUid } from '@ignite/toolkit/object/uid';
import { clusterKind } from '../kinds/object-kinds.ts';
import type { ClusterRequest } from '../operations/cluster-request.ts';
import { snapshotCluster } from '../operations/snapshot-cluster.ts';
import { outdatedClusterTemplates, templateKeyOf } from './cluster-template.ts';
import { type TemplateWaiting, findTemplate } from './find-template.ts';
import { listOwnTemplates } from './list-templates.ts';
import { removeTemplate } from './remove-templates.ts';

/**
 * Keeps a template of a cluster that has just been built, unless this host has one of its kind, and removes those of its own that are too many or too old.
 * The cluster is suspended meanwhile. It is there whether this succeeds or not, so that a failure is only told.
 */
export async function keepTemplate(request: ClusterRequest, waiting: TemplateWaiting): Promise<void> {
  const { op } = waiting;
  try {
    if (await findTemplate(request, waiting)) return;
    op.report({
      kind: 'step',
      message: `Keeping a template of cluster "${request.name}", which is suspended for that`,
    });
    const template = { key: templateKeyOf(request), version: igniteVersion };
    await snapshotCluster(request, `template-${newUid().slice(0, 8)}`, waiting, template);
    await removeOutdated(request.namespace, waiting);
  } catch (failure) {
    op.signal.throwIfAborted();
    op.report({ kind: 'warning', message: `no template was kept of the cluster: ${errorText(failure)}` });
  }
}

async function removeOutdated(namespace: string, waiting: TemplateWaiting): Promise<void> {
  const { client, clock, op } = waiting;
  const { items: clusters } = await new KindClient(client, clusterKind).list({
    namespace,
    signal: op.signal,
  });
  const templates = await listOwnTemplates(namespace, waiting);
  for (const old of outdatedClusterTemplates(templates, clusters, clock.now()))
    await removeTemplate(old, waiting);
}
