import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { type Findings, finding, withFindings } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { controllerOf, controllerReference } from '../contract/owner.ts';
import { type Cluster, isUsable } from '../kinds/cluster.ts';
import type { KubeadmConfig } from '../kinds/kubeadm-config.ts';
import { clusterKind, kubeadmConfigKind, machineKind, machinePoolKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled, Work } from '../runtime/controller.ts';
import {
  type ClusterKeys,
  createSecret,
  publicKeyHash,
  readKeys,
  textIn,
} from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import { createToken, renewToken, tokenLookMs } from './bootstrap-token.ts';
import { type BootFile, cloudConfig, tokenIn } from './cloud-config.ts';
import { releaseInitLock, takeInitLock } from './init-lock.ts';
import { initDocuments, joinDocument } from './kubeadm-documents.ts';

const waitMs = 30_000;

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

/** What boots with a config: a Machine once, or each machine of a pool. */
interface Booted {
  readonly name: string;
  readonly version: string | undefined;
  readonly isControlPlane: boolean;
  readonly isPool: boolean;
  readonly hasJoined: boolean;
}

async function bootedBy(config: KubeadmConfig, { objects }: Work): Promise<Booted | undefined> {
  const owner = controllerOf(config);
  const { namespace } = config.metadata;
  const { kind, name = '' } = owner ?? {};
  if (kind === machineKind.kind) {
    const machine = await objects.get(machineKind, { namespace, name });
    return (
      machine && {
        ...{ name, version: machine.spec.version, isPool: false },
        isControlPlane: Object.hasOwn(machine.metadata.labels, labels.controlPlane),
        hasJoined: machine.status?.nodeRef !== undefined,
      }
    );
  }
  if (kind !== machinePoolKind.kind) return undefined;
  const pool = await objects.get(machinePoolKind, { namespace, name });
  const { version } = pool?.spec.template.spec ?? {};
  return pool && { name, version, isControlPlane: false, isPool: true, hasJoined: false };
}

async function write(
  config: KubeadmConfig,
  { name, version, isControlPlane }: Booted,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<Reconciled<KubeadmConfig>> {
  const { namespace } = config.metadata;
  const { client } = work.objects;
  const { controlPlaneEndpoint: endpoint } = cluster.spec;
  const isInitialized = cluster.status?.initialization?.controlPlaneInitialized === true;
  const keys = await readKeys(client, { namespace, clusterName: cluster.metadata.name }, signal);
  if (!isUsable(endpoint) || version === undefined || (!isInitialized && !isControlPlane) || !keys)
    return waiting(config, keys ? 'WaitingForControlPlaneInitialized' : 'WaitingForCertificates', work);
  const common = { spec: config.spec, version, endpoint };
  if (!isInitialized) {
    const isThere = async (holderName: string): Promise<boolean> => {
      const holder = await work.objects.get(machineKind, { namespace, name: holderName });
      return holder !== undefined;
    };
    if (!(await takeInitLock(client, cluster, name, isThere)))
      return waiting(config, 'WaitingForControlPlaneInitialized', work);
    // What is known here of the Cluster may be old, and a cluster must never begin twice.
    const now = await new KindClient(client, clusterKind).get(
      { namespace, name: cluster.metadata.name },
      { signal },
    );
    if (now.status?.initialization?.controlPlaneInitialized)
      return waiting(config, 'WaitingForControlPlaneInitialized', work);
    const documents = initDocuments({ ...common, cluster });
    return await store(config, { cluster, keys, command: { verb: 'init', documents }, work }, signal);
  }
  await releaseInitLock(client, cluster);
  const workload = await work.workloads.of(cluster, signal);
  if (!workload) return waiting(config, 'ConnectionDown', work);
  const token = await createToken(workload.objects, work.clock.now(), signal);
  const documents = joinDocument({
    ...common,
    isControlPlane,
    token,
    caCertHash: publicKeyHash(keys.ca.certificate),
  });
  const command = { verb: 'join', documents } as const;
  return await store(config, { cluster, keys: isControlPlane ? keys : undefined, command, work }, signal);
}

interface Storing {
  readonly cluster: Cluster;
  readonly keys: ClusterKeys | undefined;
  readonly command: { readonly verb: 'init' | 'join'; readonly documents: string };
  readonly work: Work;
}

async function store(
  config: KubeadmConfig,
  { cluster, keys, command, work }: Storing,
  signal: AbortSignal,
): Promise<Reconciled<KubeadmConfig>> {
  const { name, namespace } = config.metadata;
  const files = await filesOf(config, work, signal);
  const value = cloudConfig({ spec: config.spec, command, keys, files });
  const owner = controllerReference(kubeadmConfigKind, config);
  const { client } = work.objects;
  await createSecret(
    client,
    { namespace, clusterName: cluster.metadata.name, name, owner, data: { value, format: 'cloud-config' } },
    signal,
  );
  const next = {
    ...config,
    status: { ...config.status, dataSecretName: name, initialization: { dataSecretCreated: true } },
  };
  return { object: withConditions(next, 'DataSecretAvailable', true, work), requeueAfterMs: tokenLookMs };
}

/** Returns the files that people want, those with the contents of Secrets included. */
async function filesOf(
  config: KubeadmConfig,
  { objects }: Work,
  signal: AbortSignal,
): Promise<readonly BootFile[]> {
  const { namespace } = config.metadata;
  const read: BootFile[] = [];
  for (const { contentFrom, content = '', ...file } of config.spec.files ?? []) {
    const secret =
      contentFrom &&
      (await objectsOf(objects.client, secrets).get(
        { namespace, name: contentFrom.secret.name },
        { signal },
      ));
    read.push({
      ...file,
      content: (secret && contentFrom && textIn(secret, contentFrom.secret.key)) ?? content,
    });
  }
  return read;
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

const waiting = (config: KubeadmConfig, reason: string, work: Work): Reconciled<KubeadmConfig> => ({
  object: withConditions(config, reason, false, work),
  requeueAfterMs: waitMs,
});

function withConditions(
  config: KubeadmConfig,
  reason: string,
  isThere: boolean,
  { clock }: Work,
): KubeadmConfig {
  const found = finding(isThere, ['Available', reason]);
  const findings: Findings = {
    DataSecretAvailable: found,
    Ready: {
      ...found,
      reason: isThere ? 'Ready' : 'NotReady',
      message: isThere ? '' : `DataSecretAvailable: ${reason}`,
    },
  };
  const conditions = withFindings(config.status?.conditions, findings, config, clock.now());
  return { ...config, status: { ...config.status, conditions } };
}
