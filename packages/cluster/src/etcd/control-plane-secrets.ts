import { X509Certificate } from 'node:crypto';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { controllerReference, isControlledBy } from '../contract/owner.ts';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import { clientCertificate, createSecret, leafDays, textIn } from '../workload/cluster-secrets.ts';
import type { EtcdAuthorities } from '../workload/etcd-authorities.ts';
import { secrets } from '../workload/node.ts';

const dayMs = 24 * 3_600_000;
/** A machine keeps the certificate with which it began. So one that begins late gets one that is nearly new, too. */
const freshDays = leafDays - 30;

/**
 * Keeps the Secrets in which the control plane of a Cluster finds what it shows this etcd (Cluster API: external etcd): the
 * authority, and a certificate of a client, which is renewed. Secrets that people have brought stay as they are.
 */
export async function keepControlPlaneSecrets(
  cluster: EtcdCluster,
  { client: authority }: EtcdAuthorities,
  { client, nowMs }: { readonly client: ObjectClient; readonly nowMs: number },
  signal: AbortSignal,
): Promise<void> {
  const { clusterName } = cluster.spec;
  if (clusterName === undefined) return;
  const { namespace } = cluster.metadata;
  const owner = controllerReference(etcdClusterKind, cluster);
  const place = { namespace, clusterName, owner };
  const data = { 'tls.crt': authority.certificate };
  const trusted = `${clusterName}-etcd`;
  if (!(await objectsOf(client, secrets).find({ namespace, name: trusted }, { signal })))
    await createSecret(client, { ...place, name: trusted, data }, signal);
  const name = `${clusterName}-apiserver-etcd-client`;
  const known = await objectsOf(client, secrets).find({ namespace, name }, { signal });
  if (known && (!isControlledBy(known, cluster) || expiryOf(known) > nowMs + freshDays * dayMs)) return;
  const { certificate, key } = clientCertificate(authority, { name: `kube-apiserver-${clusterName}`, nowMs });
  const made = { 'tls.crt': certificate, 'tls.key': key };
  if (!known) return await createSecret(client, { ...place, name, data: made }, signal);
  const encoded = Object.entries(made).map(([field, text]) => [field, Buffer.from(text).toString('base64')]);
  await objectsOf(client, secrets).update({ ...known, data: Object.fromEntries(encoded) }, { signal });
}

/** Returns when the certificate of a Secret ends; 0 if there is none that can be read. */
function expiryOf(secret: KubeObject): number {
  try {
    return new X509Certificate(textIn(secret, 'tls.crt') ?? '').validToDate.getTime();
  } catch {
    return 0;
  }
}
