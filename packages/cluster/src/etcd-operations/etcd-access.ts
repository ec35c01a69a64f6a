import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { type KeyPair, clientCertificate } from '../workload/cluster-secrets.ts';
import { readEtcdAuthorities } from '../workload/etcd-authorities.ts';

export type EtcdAccessErrorCode = 'ETCD_NOT_REACHABLE_YET';

/** What a client of an etcd cluster needs. */
export interface EtcdAccess {
  readonly endpoints: readonly string[];
  /** The authority that signs the certificates of servers and clients. */
  readonly authority: KeyPair;
}

/** @throws CodedError ETCD_NOT_REACHABLE_YET */
export async function readEtcdAccess(
  { metadata, status }: EtcdCluster,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<EtcdAccess> {
  const { endpoints = [] } = status ?? {};
  const authorities = await readEtcdAuthorities(client, metadata, signal);
  if (endpoints.length === 0 || !authorities)
    throw new CodedError<EtcdAccessErrorCode>(
      'ETCD_NOT_REACHABLE_YET',
      `etcd cluster "${metadata.name}" has never answered yet`,
      { hint: `"ignite etcd describe ${metadata.namespace}/${metadata.name}" shows how far it is` },
    );
  return { endpoints, authority: authorities.client };
}

/** Makes a certificate for somebody who reads and writes all that is in an etcd cluster. */
export const newClient = ({ authority }: EtcdAccess, nowMs: number): KeyPair =>
  clientCertificate(authority, { name: 'ignite-client', nowMs });
