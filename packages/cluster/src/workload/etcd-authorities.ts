import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { OwnerReference } from '@ignite/toolkit/object/kube-object';
import { type KeyPair, createSecret, newAuthority, readPair } from './cluster-secrets.ts';

/** What an etcd cluster trusts: an authority for its servers and clients, and one for members among themselves. */
export interface EtcdAuthorities {
  readonly client: KeyPair;
  /** One of its own, so that a client cannot pass for a member. */
  readonly peer: KeyPair;
}

interface Place {
  readonly namespace: string;
  /** The name of the etcd cluster. */
  readonly name: string;
}

const clientAuthorityName = ({ name }: Pick<Place, 'name'>): string => `${name}-etcd-ca`;
const peerAuthorityName = ({ name }: Pick<Place, 'name'>): string => `${name}-etcd-peer-ca`;

/** Returns the authorities of an etcd cluster; `undefined` if one is missing. */
export async function readEtcdAuthorities(
  client: ObjectClient,
  place: Place,
  signal: AbortSignal,
): Promise<EtcdAuthorities | undefined> {
  const [forClients, forPeers] = await Promise.all(
    [clientAuthorityName(place), peerAuthorityName(place)].map(
      async (name) => await readPair(client, name, place, signal),
    ),
  );
  return forClients && forPeers && { client: forClients, peer: forPeers };
}

/** Makes the authorities of an etcd cluster that are missing. What people have brought themselves is kept. */
export async function ensureEtcdAuthorities(
  client: ObjectClient,
  place: Place,
  { owner, nowMs }: { readonly owner: OwnerReference; readonly nowMs: number },
  signal: AbortSignal,
): Promise<void> {
  for (const name of [clientAuthorityName(place), peerAuthorityName(place)]) {
    if (await readPair(client, name, place, signal)) continue;
    const { certificate, key } = newAuthority(name, nowMs);
    const data = { 'tls.crt': certificate, 'tls.key': key };
    await createSecret(client, { namespace: place.namespace, name, owner, data }, signal);
  }
}
