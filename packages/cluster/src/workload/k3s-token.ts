import { createHash, randomBytes } from 'node:crypto';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { OwnerReference } from '@ignite/toolkit/object/kube-object';
import { createSecret, textIn } from './cluster-secrets.ts';
import { secrets } from './node.ts';

interface Place {
  readonly namespace: string;
  readonly clusterName: string;
}

const nameOf = ({ clusterName }: Place): string => `${clusterName}-token`;

/** Returns the word by which nodes join a cluster of k3s; `undefined` if there is none yet. */
export async function readToken(
  client: ObjectClient,
  place: Place,
  signal: AbortSignal,
): Promise<string | undefined> {
  const key = { namespace: place.namespace, name: nameOf(place) };
  const secret = await objectsOf(client, secrets).find(key, { signal });
  return secret && textIn(secret, 'value');
}

/** Makes the word by which nodes join a cluster of k3s, unless it is there. */
export async function ensureToken(
  client: ObjectClient,
  place: Place,
  owner: OwnerReference,
  signal: AbortSignal,
): Promise<void> {
  if ((await readToken(client, place, signal)) !== undefined) return;
  const data = { value: randomBytes(16).toString('hex') };
  await createSecret(client, { ...place, name: nameOf(place), owner, data }, signal);
}

/**
 * Pure. Returns the token in the form that names the authority of the cluster too, so that a node joins no other
 * (k3s: "K10" and the digest of the certificate as it is served).
 */
export const pinnedToken = (word: string, certificate: string): string =>
  `K10${createHash('sha256').update(certificate).digest('hex')}::server:${word}`;
