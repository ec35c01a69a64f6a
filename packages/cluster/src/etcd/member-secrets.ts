import { createHash } from 'node:crypto';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { clusterSecretType, labels } from '../contract/names.ts';
import { controllerReference, isControlledBy } from '../contract/owner.ts';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import { leafDays, renewDays } from '../workload/cluster-secrets.ts';
import type { EtcdAuthorities } from '../workload/etcd-authorities.ts';
import { secrets } from '../workload/node.ts';

/** The key of the user data in the Secret of a member. */
export const userDataKey = 'value';

const madeFrom = 'etcd.cluster.x-k8s.io/made-from';
const renewalTime = 'etcd.cluster.x-k8s.io/renewal-time';
const writtenTime = 'etcd.cluster.x-k8s.io/written-time';
const dayMs = 24 * 3_600_000;

/** A Secret whose name ends in `-etcd` is the authority of the etcd of a Cluster. */
export const memberSecretName = (vm: string): string => `${vm}-etcd-member`;

/** What is known of the configuration of a member. */
export interface WrittenConfig {
  /** What tells it from one for another address, or of another authority. */
  readonly madeFrom: string | undefined;
  /** When it was written, by which a VM says that it was restarted with it. */
  readonly writtenTime: string | undefined;
  readonly renewalMs: number;
}

/** Pure. Returns what tells a configuration from one that would be made now, but for its age. */
export const fingerprintOf = (authorities: EtcdAuthorities, name: string, address: string): string =>
  createHash('sha256')
    .update(JSON.stringify([authorities.client.certificate, authorities.peer.certificate, name, address]))
    .digest('hex')
    .slice(0, 32);

export const writtenConfigOf = ({ metadata: { annotations } }: KubeObject): WrittenConfig => ({
  madeFrom: annotations[madeFrom],
  writtenTime: annotations[writtenTime],
  renewalMs: Date.parse(annotations[renewalTime] ?? '') || Infinity,
});

/** Returns the Secrets of the members of an etcd cluster by their names. */
export async function listMemberSecrets(
  cluster: EtcdCluster,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KubeObject>> {
  const { namespace, name } = cluster.metadata;
  const selected = [{ key: labels.etcdCluster, operator: 'In', values: [name] }] as const;
  const { items } = await objectsOf(client, secrets).list({ namespace, labels: selected, signal });
  return new Map(
    items.filter((each) => isControlledBy(each, cluster)).map((each) => [each.metadata.name, each]),
  );
}

export interface NewConfig {
  readonly vm: string;
  readonly userData: string;
  /** Absent for a member without an address, which waits for its configuration. */
  readonly fingerprint?: string;
}

/**
 * Writes the Secret of a member. Resolves with the time by which a VM says that it was restarted with it; with `undefined` if
 * there is a Secret of that name that belongs to somebody else, which stays as it is.
 */
export async function writeMemberSecret(
  cluster: EtcdCluster,
  { vm, userData, fingerprint }: NewConfig,
  { client, nowMs }: { readonly client: ObjectClient; readonly nowMs: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = memberSecretName(vm);
  const { namespace } = cluster.metadata;
  const written = new Date(nowMs).toISOString();
  const annotations = {
    [writtenTime]: written,
    ...(fingerprint !== undefined && {
      [madeFrom]: fingerprint,
      [renewalTime]: new Date(nowMs + (leafDays - renewDays) * dayMs).toISOString(),
    }),
  };
  const content = {
    type: clusterSecretType,
    data: { [userDataKey]: Buffer.from(userData).toString('base64') },
  };
  const ownerReferences = [controllerReference(etcdClusterKind, cluster)];
  const objects = objectsOf(client, secrets);
  const known = await objects.find({ namespace, name }, { signal });
  if (known && !isControlledBy(known, cluster)) return undefined;
  if (!known) {
    const metadata = { name, namespace, annotations, ownerReferences };
    const own = { [labels.etcdCluster]: cluster.metadata.name };
    await objects.create({ metadata: { ...metadata, labels: own }, ...content }, { signal });
  } else
    await objects.update({ ...known, metadata: { ...known.metadata, annotations }, ...content }, { signal });
  return written;
}
