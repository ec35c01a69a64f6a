import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { OwnerReference } from '@ignite/toolkit/object/kube-object';
import { etcdClientAuthority } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import { type KeyPair, createSecret, newAuthority, readPair } from './cluster-secrets.ts';
import { secrets } from './node.ts';

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

const namesOf = ({ name }: Place): readonly [string, string] => [
  etcdClientAuthority(name),
  `${name}-etcd-peers`,
];

/** Returns the authorities of an etcd cluster; `undefined` if one is missing. */
export async function readEtcdAuthorities(
  client: ObjectClient,
  place: Place,
  signal: AbortSignal,
): Promise<EtcdAuthorities | undefined> {
  const [forClients, forPeers] = await Promise.all(
    namesOf(place).map(async (name) => await readPair(client, name, place, signal)),
  );
  return forClients && forPeers && { client: forClients, peer: forPeers };
}

/**
 * Makes the authorities of an etcd cluster that are missing. What people have brought themselves is kept. Resolves with the
 * name of a Secret that is there and is controlled by somebody else: whoever has its key would be a client of this etcd.
 */
export async function ensureEtcdAuthorities(
  client: ObjectClient,
  place: Place,
  { owner, nowMs }: { readonly owner: OwnerReference; readonly nowMs: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace } = place;
  for (const name of namesOf(place)) {
    const known = await objectsOf(client, secrets).find({ namespace, name }, { signal });
    const controller = known && controllerOf(known);
    if (controller && controller.uid !== owner.uid) return name;
    if (known) continue;
    const { certificate, key } = newAuthority(name, nowMs);
    const data = { 'tls.crt': certificate, 'tls.key': key };
    await createSecret(client, { namespace, name, owner, data }, signal);
  }
  return undefined;
}
