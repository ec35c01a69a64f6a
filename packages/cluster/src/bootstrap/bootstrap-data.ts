import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectKind } from '@ignite/toolkit/scheme/object-kind';
import { type Findings, finding, withFindings } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { controllerOf, controllerReference } from '../contract/owner.ts';
import type { BootstrapConfig } from '../kinds/bootstrap-config.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind, machineKind, machinePoolKind } from '../kinds/object-kinds.ts';
import type { Reconciled, Work } from '../runtime/controller.ts';
import { createSecret, textIn } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import type { BootFile } from './cloud-config.ts';
import { takeInitLock } from './init-lock.ts';

const waitMs = 30_000;

/** What boots with a config: a Machine once, or each machine of a pool. */
export interface Booted {
  readonly name: string;
  readonly version: string | undefined;
  readonly isControlPlane: boolean;
  readonly isPool: boolean;
  readonly hasJoined: boolean;
}

/** Returns what boots with a config; `undefined` while nothing does. */
export async function bootedBy(config: BootstrapConfig, { objects }: Work): Promise<Booted | undefined> {
  const owner = controllerOf(config);
  const { namespace } = config.metadata;
  const { kind, name = '' } = owner ?? {};
  if (kind === machineKind.kind) {
    const machine = await objects.get(machineKind, { namespace, name });
    return (
      machine && {
        ...{ name, version: machine.spec.version, isPool: false },
        isControlPlane: isOfControlPlane(machine),
        hasJoined: machine.status?.nodeRef !== undefined,
      }
    );
  }
  if (kind !== machinePoolKind.kind) return undefined;
  const pool = await objects.get(machinePoolKind, { namespace, name });
  const { version } = pool?.spec.template.spec ?? {};
  return pool && { name, version, isControlPlane: false, isPool: true, hasJoined: false };
}

/** Tells whether this Machine, and no other, is to begin the cluster. */
export async function mayBegin(
  machineName: string,
  cluster: Cluster,
  work: Work,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace, name } = cluster.metadata;
  const { client } = work.objects;
  const isThere = async (holder: string): Promise<boolean> =>
    (await work.objects.get(machineKind, { namespace, name: holder })) !== undefined;
  if (!(await takeInitLock(client, cluster, machineName, isThere))) return false;
  // What is known here of the Cluster may be old, and a cluster must never begin twice.
  const now = await objectsOf(client, clusterKind).get({ namespace, name }, { signal });
  return !(now as Cluster).status?.initialization?.controlPlaneInitialized;
}

/** Keeps the bootstrap data of a config in a Secret of its name, and says so in its status. */
export async function withData<T extends BootstrapConfig>(
  config: T,
  value: string,
  { kind, cluster, work }: { readonly kind: ObjectKind<T>; readonly cluster: Cluster; readonly work: Work },
  signal: AbortSignal,
): Promise<T> {
  const { name, namespace } = config.metadata;
  const owner = controllerReference(kind, config);
  const data = { value, format: 'cloud-config' };
  await createSecret(
    work.objects.client,
    { namespace, clusterName: cluster.metadata.name, name, owner, data },
    signal,
  );
  const status = { ...config.status, dataSecretName: name, initialization: { dataSecretCreated: true } };
  return withConditions({ ...config, status }, 'DataSecretAvailable', true, work);
}

/** Says what a config waits for. */
export const waiting = <T extends BootstrapConfig>(config: T, reason: string, work: Work): Reconciled<T> => ({
  object: withConditions(config, reason, false, work),
  requeueAfterMs: waitMs,
});

/** Returns the files that people want, those with the contents of Secrets included. */
export async function filesOf(
  config: BootstrapConfig,
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

function withConditions<T extends BootstrapConfig>(
  config: T,
  reason: string,
  isThere: boolean,
  { clock }: Work,
): T {
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
