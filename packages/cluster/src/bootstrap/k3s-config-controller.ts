import { labels } from '../contract/names.ts';
import { type Cluster, isUsable } from '../kinds/cluster.ts';
import type { K3sConfig } from '../kinds/k3s-config.ts';
import { k3sConfigKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import { readKeys } from '../workload/cluster-secrets.ts';
import { type Booted, bootedBy, filesOf, mayBegin, waiting, withData } from './bootstrap-data.ts';
import { releaseInitLock } from './init-lock.ts';
import { type K3sRole, k3sCloudConfig } from './k3s-cloud-config.ts';
import { pinnedToken, readWords } from '../workload/k3s-token.ts';

/** Writes what makes a machine a node by k3s: once, since a machine boots with it only once. */
export const k3sConfigController: Controller<K3sConfig> = {
  name: 'k3s-config',
  kind: k3sConfigKind,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work, signal) => {
    const booted = await bootedBy(object, work);
    if (!cluster || !booted || object.metadata.deletionTimestamp !== undefined) return { object };
    if (object.status?.initialization?.dataSecretCreated) return { object };
    if (cluster.status?.initialization?.infrastructureProvisioned !== true)
      return waiting(object, 'WaitingForClusterInfrastructureReady', work);
    return await write(object, booted, cluster, work, signal);
  },
};

async function write(
  config: K3sConfig,
  { name, version, isControlPlane: isServer }: Booted,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<K3sConfig>> {
  const { client } = work.objects;
  const { controlPlaneEndpoint: endpoint } = cluster.spec;
  const place = { namespace: config.metadata.namespace, clusterName: cluster.metadata.name };
  const isInitialized = cluster.status?.initialization?.controlPlaneInitialized === true;
  const [keys, words] = [await readKeys(client, place, signal), await readWords(client, place, signal)];
  if (!keys || !words) return waiting(config, 'WaitingForCertificates', work);
  if (!isUsable(endpoint) || version === undefined || (!isInitialized && !isServer))
    return waiting(config, 'WaitingForControlPlaneInitialized', work);
  if (isInitialized) await releaseInitLock(client, cluster);
  else if (!(await mayBegin(name, cluster, work, signal)))
    return waiting(config, 'WaitingForControlPlaneInitialized', work);
  const pinned = (user: 'server' | 'node', word: string): string =>
    isInitialized ? pinnedToken(user, word, keys.ca.certificate) : word;
  const role: K3sRole = isServer
    ? { type: isInitialized ? 'server' : 'first server', keys, agentToken: words.agent }
    : { type: 'agent' };
  const value = k3sCloudConfig({
    ...{ spec: config.spec, role, version, cluster, endpoint },
    token: isServer ? pinned('server', words.server) : pinned('node', words.agent),
    files: await filesOf(config, work, signal),
  });
  return { object: await withData(config, value, { kind: k3sConfigKind, cluster, work }, signal) };
}
