import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import type { Work } from '../runtime/controller.ts';
import type { KeyPair } from '../workload/cluster-secrets.ts';
import { readEtcdAuthorities } from '../workload/etcd-authorities.ts';

/** An etcd that keeps the data of a control plane elsewhere. */
export interface ExternalEtcd {
  readonly servers: readonly string[];
  /** The authority that signs the certificates of its clients. */
  readonly authority: KeyPair;
}

/**
 * Finds the etcd cluster that a control plane names. Resolves with what it waits for if it cannot be used yet, and with
 * `undefined` for a control plane that has an etcd of its own.
 */
export async function findExternalEtcd(
  { metadata: { namespace }, spec }: HostedControlPlane,
  { objects }: Work,
  signal: AbortSignal,
): Promise<ExternalEtcd | { readonly waitsFor: string } | undefined> {
  const { external } = spec.etcd ?? {};
  if (!external) return undefined;
  const key = { namespace, name: external.name };
  const found = await objects.get(etcdClusterKind, key);
  if (!found) return { waitsFor: `there is no EtcdCluster ${external.name}` };
  const servers = found.status?.endpoints ?? [];
  const authorities = await readEtcdAuthorities(objects.client, key, signal);
  if (servers.length === 0 || !authorities)
    return { waitsFor: `the EtcdCluster ${external.name} has never answered yet` };
  return { servers, authority: authorities.client };
}
