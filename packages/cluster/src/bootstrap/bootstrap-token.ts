import { randomInt } from 'node:crypto';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { secrets } from '../workload/node.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ttlMs = 15 * 60_000;
/** A token with less of its time left is made to last longer, as long as the node has not joined. */
const renewMs = (ttlMs * 5) / 6;
/** How often tokens are looked at that a node still needs. */
export const tokenLookMs = ttlMs / 3;

const random = (length: number): string =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join('');

const text = (value: string): string => Buffer.from(value).toString('base64');

/** Makes a token with which a node may join a cluster for a quarter of an hour, and returns it. */
export async function createToken(client: ObjectClient, nowMs: number, signal: AbortSignal): Promise<string> {
  const [id, secret] = [random(6), random(16)];
  const data = {
    'token-id': id,
    'token-secret': secret,
    expiration: expiry(nowMs),
    'usage-bootstrap-authentication': 'true',
    'usage-bootstrap-signing': 'true',
    'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
    description: 'token of a Machine that has not joined yet',
  };
  await objectsOf(client, secrets).create(
    {
      metadata: { namespace: 'kube-system', name: `bootstrap-token-${id}` },
      type: 'bootstrap.kubernetes.io/token',
      data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, text(value)])),
    },
    { signal },
  );
  return `${id}.${secret}`;
}

/** Makes a token last longer that a node has not used yet. Resolves with whether it is there. */
export async function renewToken(
  client: ObjectClient,
  token: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const key = { namespace: 'kube-system', name: `bootstrap-token-${token.split('.')[0]}` };
  const found = await objectsOf(client, secrets).find(key, { signal });
  const { data = {} } = (found ?? {}) as { readonly data?: Readonly<Record<string, string>> };
  if (!found) return false;
  const endsMs = Date.parse(Buffer.from(data['expiration'] ?? '', 'base64').toString('utf8'));
  if (endsMs - nowMs > renewMs) return true;
  await objectsOf(client, secrets).update(
    { ...found, data: { ...data, expiration: text(expiry(nowMs)) } },
    { signal },
  );
  return true;
}

const expiry = (nowMs: number): string => new Date(nowMs + ttlMs).toISOString().replace(/\.\d+Z$/, 'Z');
