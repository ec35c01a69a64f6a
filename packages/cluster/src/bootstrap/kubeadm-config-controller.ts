import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { labels } from '../contract/names.ts';
import { type Cluster, isUsable } from '../kinds/cluster.ts';
import type { KubeadmConfig } from '../kinds/kubeadm-config.ts';
import { kubeadmConfigKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import {
  type ClusterKeys,
  type KeysForExternalEtcd,
  publicKeyHash,
  readKeys,
  readKeysFor,
  readKeysForExternalEtcd,
  textIn,
} from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import { type Booted, bootedBy, filesOf, mayBegin, waiting, withData } from './bootstrap-data.ts';
import { createToken, renewToken, tokenLookMs } from './bootstrap-token.ts';
import { cloudConfig, tokenIn } from './cloud-config.ts';
import { releaseInitLock } from './init-lock.ts';
import { initDocuments, joinDocument } from '../workload/kubeadm-documents.ts';

/** Writes what makes a machine a node by kubeadm: once, since a machine boots with it only once. */
export const kubeadmConfigController: Controller<KubeadmConfig> = {
  name: 'kubeadm-config',
  kind: kubeadmConfigKind,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work, signal) => {
    const booted = await bootedBy(object, work);
    if (!cluster || !booted || object.metadata.deletionTimestamp !== undefined) return { object };
    if (object.status?.initialization?.dataSecretCreated)
      return await keepToken(object, booted, cluster, work, signal);
    if (cluster.status?.initialization?.infrastructureProvisioned !== true)
      return waiting(object, 'WaitingForClusterInfrastructureReady', work);
    return await write(object, booted, cluster, work, signal);
  },
};

async function write(
  config: KubeadmConfig,
  booted: Booted,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<KubeadmConfig>> {
  const { namespace } = config.metadata;
  const { client } = work.objects;
  const { controlPlaneEndpoint: endpoint } = cluster.spec;
  const isInitialized = cluster.status?.initialization?.controlPlaneInitialized === true;
  const { version, isControlPlane } = booted;
  const place = { namespace, clusterName: cluster.metadata.name };
  const keys = isControlPlane ? await controlPlaneKeys(config, place, work, signal) : undefined;
  const ca = isControlPlane ? keys?.ca : await readKeysFor(client, place, 'ca', signal);
  if (!isUsable(endpoint) || version === undefined || (!isInitialized && !isControlPlane) || !ca)
    return waiting(config, ca ? 'WaitingForControlPlaneInitialized' : 'WaitingForCertificates', work);
  const common = { spec: config.spec, version, endpoint };
  if (!isInitialized) {
    if (!(await mayBegin(booted.name, cluster, work, signal)))
      return waiting(config, 'WaitingForControlPlaneInitialized', work);
    const documents = initDocuments({ ...common, cluster });
    return await store(
      config,
      { cluster, version, keys, command: { verb: 'init', documents }, work },
      signal,
    );
  }
  await releaseInitLock(client, cluster);
  const workload = await work.workloads.of(cluster, signal);
  if (!workload) return waiting(config, 'ConnectionDown', work);
  const token = await createToken(workload.objects, work.clock.now(), signal);
  const documents = joinDocument({
    ...common,
    isControlPlane,
    token,
    caCertHash: publicKeyHash(ca.certificate),
  });
  const command = { verb: 'join', documents } as const;
  return await store(config, { cluster, version, keys, command, work }, signal);
}

/** Returns the keys that a machine of the control plane gets. Workers, whose configs need not say where the etcd is, get none. */
async function controlPlaneKeys(
  { spec }: KubeadmConfig,
  place: { readonly namespace: string; readonly clusterName: string },
  { objects: { client } }: Work,
  signal: AbortSignal,
): Promise<ClusterKeys | KeysForExternalEtcd | undefined> {
  const isEtcdExternal = spec.clusterConfiguration?.etcd?.external !== undefined;
  return await (isEtcdExternal ? readKeysForExternalEtcd : readKeys)(client, place, signal);
}

interface Storing {
  readonly cluster: Cluster;
  readonly version: string;
  readonly keys: ClusterKeys | KeysForExternalEtcd | undefined;
  readonly command: { readonly verb: 'init' | 'join'; readonly documents: string };
  readonly work: Work;
}

async function store(
  config: KubeadmConfig,
  { cluster, version, keys, command, work }: Storing,
  signal: AbortSignal,
): Promise<Reconciled<KubeadmConfig>> {
  const files = await filesOf(config, work, signal);
  const value = cloudConfig({ spec: config.spec, version, command, keys, files });
  const object = await withData(config, value, { kind: kubeadmConfigKind, cluster, work }, signal);
  return { object, requeueAfterMs: tokenLookMs };
}

/**
 * A token that the machine has not used yet lasts until it has: the machine may boot late. That of a pool lasts as long as
 * the pool, and is replaced if it is gone.
 */
async function keepToken(
  config: KubeadmConfig,
  booted: Booted,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<KubeadmConfig>> {
  if (booted.hasJoined || !cluster.status?.initialization?.controlPlaneInitialized) return { object: config };
  const { namespace } = config.metadata;
  const name = config.status?.dataSecretName ?? config.metadata.name;
  const secret = await objectsOf(work.objects.client, secrets).find({ namespace, name }, { signal });
  const token = tokenIn((secret && textIn(secret, 'value')) ?? '');
  const workload = token === undefined ? undefined : await work.workloads.of(cluster, signal);
  const isThere =
    secret !== undefined &&
    (!workload ||
      token === undefined ||
      (await renewToken(workload.objects, token, work.clock.now(), signal)));
  if (!isThere && booted.isPool) {
    if (secret) await objectsOf(work.objects.client, secrets).delete({ namespace, name }, { signal });
    return await write(config, booted, cluster, work, signal);
  }
  return { object: config, requeueAfterMs: tokenLookMs };
}
