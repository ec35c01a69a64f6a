import { createHash, randomBytes } from 'node:crypto';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { SecretFields } from '@ignite/toolkit/core/resources/secret';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';
import { createSecret, textIn } from './cluster-secrets.ts';
import { secrets } from './node.ts';

interface Place {
  readonly namespace: string;
  readonly clusterName: string;
}

const nameOf = ({ clusterName }: Place): string => `${clusterName}-token`;

/** The words by which nodes join a cluster of k3s. */
export interface JoinWords {
  /** k3s hands out the keys of the cluster for it. */
  readonly server: string;
  /** One gets nothing but a node by it. */
  readonly agent: string;
}

const fields = { server: 'value', agent: 'agent' } as const;

const findSecret = async (client: ObjectClient, place: Place, signal: AbortSignal) =>
  await objectsOf(client, secrets).find({ namespace: place.namespace, name: nameOf(place) }, { signal });

/** Returns the words by which nodes join a cluster of k3s; `undefined` if one is missing yet. */
export async function readWords(
  client: ObjectClient,
  place: Place,
  signal: AbortSignal,
): Promise<JoinWords | undefined> {
  const secret = await findSecret(client, place, signal);
  const [server, agent] = secret ? [textIn(secret, fields.server), textIn(secret, fields.agent)] : [];
  return server === undefined || agent === undefined ? undefined : { server, agent };
}

/** Makes the words by which nodes join a cluster of k3s that are missing. What people have brought themselves is kept. */
export async function ensureWords(
  client: ObjectClient,
  place: Place,
  owner: OwnerReference,
  signal: AbortSignal,
): Promise<void> {
  const secret = await findSecret(client, place, signal);
  const made = Object.fromEntries(Object.values(fields).map((field) => [field, newWord()]));
  if (!secret)
    return await createSecret(client, { ...place, name: nameOf(place), owner, data: made }, signal);
  if (Object.values(fields).every((field) => textIn(secret, field) !== undefined)) return;
  const { data } = secret as KubeObject & SecretFields;
  await objectsOf(client, secrets).update({ ...secret, data: { ...encoded(made), ...data } }, { signal });
}

/**
 * Pure. Returns the token in the form that names the authority of the cluster too, so that a node joins no other
 * (k3s: "K10" and the digest of the certificate as it is served).
 */
export const pinnedToken = (user: 'server' | 'node', word: string, certificate: string): string =>
  `K10${createHash('sha256').update(certificate).digest('hex')}::${user}:${word}`;

const encoded = (data: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(data).map(([field, text]) => [field, Buffer.from(text).toString('base64')]),
  );

const newWord = (): string => randomBytes(16).toString('hex');
