import {
  X509Certificate,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
} from 'node:crypto';
import { readYaml } from '@ignite/toolkit/codec/parse-yaml';
import { type CertificateSubject, makeCertificate } from '@ignite/toolkit/certificates/sign-certificate';
import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';
import type { SecretFields } from '@ignite/toolkit/core/resources/secret';
import * as v from 'valibot';
import { stringify } from 'yaml';
import { clusterSecretType, labels } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import type { Endpoint } from '../kinds/cluster.ts';
import { secrets } from './node.ts';

/** What the Secrets of a cluster hold, by the ends of their names. */
const purposes = ['ca', 'etcd', 'proxy', 'sa'] as const;
export type Purpose = (typeof purposes)[number];

/** A certificate and its key in PEM. Those of service accounts are a public key and its private one. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export type ClusterKeys = Readonly<Record<Purpose, KeyPair>>;

/** The keys of a cluster whose etcd is elsewhere, and what its API servers show that etcd. */
export interface KeysForExternalEtcd extends Omit<ClusterKeys, 'etcd'> {
  /** The certificate of the authority that the etcd trusts. Its key is not known. */
  readonly etcdAuthority: string;
  readonly etcdClient: KeyPair;
}

interface Place {
  readonly namespace: string;
  readonly clusterName: string;
}

const dayMs = 24 * 3_600_000;
const authorityDays = 3_650;
/** How long the certificates last that are not of authorities. */
export const leafDays = 365;
/** A certificate that is as far from its end as this is renewed. */
export const renewDays = 180;

const subjects: Readonly<Record<Exclude<Purpose, 'sa'>, string>> = {
  ca: 'kubernetes',
  etcd: 'etcd-ca',
  proxy: 'front-proxy-ca',
};

/** Returns the keys of a cluster; `undefined` if some are missing. */
export async function readKeys(
  client: ObjectClient,
  place: Place,
  signal: AbortSignal,
): Promise<ClusterKeys | undefined> {
  const found = await Promise.all(purposes.map((purpose) => readKeysFor(client, place, purpose, signal)));
  return found.includes(undefined)
    ? undefined
    : (Object.fromEntries(purposes.map((purpose, at) => [purpose, found[at]])) as ClusterKeys);
}

/** Returns the keys of a cluster for one purpose; `undefined` if they are missing. */
export const readKeysFor = async (
  client: ObjectClient,
  place: Place,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<KeyPair | undefined> => await readPair(client, secretName(place, purpose), place, signal);

/** Returns the keys of a cluster whose etcd is elsewhere; `undefined` if some are missing. */
export async function readKeysForExternalEtcd(
  client: ObjectClient,
  place: Place,
  signal: AbortSignal,
): Promise<KeysForExternalEtcd | undefined> {
  const pair = (end: string): Promise<KeyPair | undefined> =>
    readPair(client, `${place.clusterName}-${end}`, place, signal);
  const [ca, proxy, sa, etcdClient, authority] = await Promise.all([
    ...[pair('ca'), pair('proxy'), pair('sa'), pair('apiserver-etcd-client')],
    objectsOf(client, secrets).find(
      { namespace: place.namespace, name: secretName(place, 'etcd') },
      { signal },
    ),
  ] as const);
  const etcdAuthority = authority && textIn(authority, 'tls.crt');
  return ca && proxy && sa && etcdClient && etcdAuthority
    ? { ca, proxy, sa, etcdClient, etcdAuthority }
    : undefined;
}

interface MadeKeys {
  readonly owner: OwnerReference;
  readonly nowMs: number;
  /** Whether the etcd is elsewhere, so that the cluster has no authority of one. */
  readonly isEtcdExternal?: boolean;
}

/** Makes the keys of a cluster that are missing. What people have brought themselves is kept. */
export async function ensureKeys(
  client: ObjectClient,
  place: Place,
  { owner, nowMs, isEtcdExternal = false }: MadeKeys,
  signal: AbortSignal,
): Promise<void> {
  for (const purpose of purposes) {
    if (purpose === 'etcd' && isEtcdExternal) continue;
    const name = secretName(place, purpose);
    if (await readPair(client, name, place, signal)) continue;
    const { certificate, key } = purpose === 'sa' ? accountKeys() : newAuthority(subjects[purpose], nowMs);
    await createSecret(
      client,
      { ...place, name, owner, data: { 'tls.crt': certificate, 'tls.key': key } },
      signal,
    );
  }
}

export interface NewSecret {
  readonly namespace: string;
  /** The Cluster whose label the Secret has, if it is of one. */
  readonly clusterName?: string;
  readonly name: string;
  readonly owner: OwnerReference;
  readonly data: Readonly<Record<string, string>>;
}

/** Creates a Secret of an owner, unless it is there. */
export async function createSecret(
  client: ObjectClient,
  { namespace, clusterName, name, owner, data }: NewSecret,
  signal: AbortSignal,
): Promise<void> {
  try {
    await objectsOf(client, secrets).create(
      {
        metadata: {
          ...{ name, namespace, ownerReferences: [owner] },
          ...(clusterName !== undefined && { labels: { [labels.cluster]: clusterName } }),
        },
        type: clusterSecretType,
        data: Object.fromEntries(Object.entries(data).map(([field, text]) => [field, base64(text)])),
      },
      { signal },
    );
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
  }
}

/** How an API server is reached with a kubeconfig. */
export interface Reached {
  readonly endpoint: Required<Endpoint>;
  /** The name in its certificate, which then need not have the host of the endpoint. */
  readonly serverName?: string;
}

/**
 * Keeps the kubeconfig of a cluster, and renews it when half of the time of its certificate is over, or when it leads elsewhere. One that its
 * owner does not control was brought by people, and is left as it is.
 */
export async function ensureKubeconfig(
  client: ObjectClient,
  place: Place & Reached,
  { owner, nowMs }: { readonly owner: OwnerReference; readonly nowMs: number },
  signal: AbortSignal,
): Promise<void> {
  const { namespace, clusterName, endpoint, serverName } = place;
  const name = `${clusterName}-kubeconfig`;
  const known = await objectsOf(client, secrets).find({ namespace, name }, { signal });
  if (known && controllerOf(known)?.uid !== owner.uid) return;
  const made = known && madeKubeconfig(textIn(known, 'value') ?? '');
  if (made?.server === urlOf(endpoint) && made.expiryMs > nowMs + renewDays * dayMs) return;
  const ca = await readPair(client, secretName(place, 'ca'), place, signal);
  if (!ca) return;
  const reached = { endpoint, ...(serverName !== undefined && { serverName }) };
  const value = adminKubeconfig(clusterName, reached, ca, nowMs);
  if (!known)
    return await createSecret(client, { namespace, clusterName, name, owner, data: { value } }, signal);
  const { data } = known as KubeObject & SecretFields;
  await objectsOf(client, secrets).update({ ...known, data: { ...data, value: base64(value) } }, { signal });
}

/** Pure. Returns the hash by which a joining node knows the authority: of its public key, as kubeadm writes it. */
export function publicKeyHash(certificate: string): string {
  const der = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

/** Pure. Returns the names of the Secrets of a cluster whose keys people may bring. */
export const authorityNames = (clusterName: string): readonly string[] =>
  purposes.map((purpose) => `${clusterName}-${purpose}`);

const secretName = ({ clusterName }: Place, purpose: Purpose): string => `${clusterName}-${purpose}`;

/** Returns the certificate and the key in a Secret; `undefined` if it is missing, or lacks one of them. */
export async function readPair(
  client: ObjectClient,
  name: string,
  { namespace }: Pick<Place, 'namespace'>,
  signal: AbortSignal,
): Promise<KeyPair | undefined> {
  const secret = await new KindClient(client, { ...secrets, decode: (stored) => stored }).find(
    { namespace, name },
    { signal },
  );
  const [certificate, key] = secret ? [textIn(secret, 'tls.crt'), textIn(secret, 'tls.key')] : [];
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

export function textIn(secret: KubeObject, field: string): string | undefined {
  const value = (secret as KubeObject & SecretFields).data?.[field];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

/** Makes a new authority. */
export function newAuthority(name: string, nowMs: number): KeyPair {
  const { privateKey, certificate } = makeCertificate({
    subject: { name },
    use: { type: 'authority' },
    ...validity(nowMs, authorityDays),
  });
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function accountKeys(): KeyPair {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = createPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return {
    certificate: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A clock elsewhere may be a little behind. */
const validity = (nowMs: number, days: number): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(nowMs - dayMs / 24),
  notAfter: new Date(nowMs + days * dayMs),
});

const adminKubeconfig = (clusterName: string, reached: Reached, ca: KeyPair, nowMs: number): string =>
  clientKubeconfig({ clusterName, ...reached, user: `${clusterName}-admin` }, ca, {
    name: 'kubernetes-admin',
    organizations: ['system:masters'],
    nowMs,
  });

/** Makes a kubeconfig with a certificate of its own. */
export function clientKubeconfig(
  {
    clusterName,
    endpoint,
    serverName,
    user = 'default',
  }: Reached & { readonly clusterName: string; readonly user?: string },
  ca: KeyPair,
  subject: CertificateSubject & { readonly nowMs: number },
): string {
  const { certificate, key } = clientCertificate(ca, subject);
  const context = `${user}@${clusterName}`;
  const cluster = {
    server: urlOf(endpoint),
    'certificate-authority-data': base64(ca.certificate),
    ...(serverName !== undefined && { 'tls-server-name': serverName }),
  };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: clusterName, cluster }],
    contexts: [{ name: context, context: { cluster: clusterName, user } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) },
      },
    ],
  });
}

/** Pure. Returns the address of an API server. */
export const urlOf = ({ host, port }: Required<Endpoint>): string =>
  `https://${host!.includes(':') ? `[${host}]` : host}:${port}`;

/** Makes a certificate with which somebody shows an authority's servers who he is. */
export function clientCertificate(
  authorityPair: KeyPair,
  { nowMs, ...subject }: CertificateSubject & { readonly nowMs: number },
): KeyPair {
  const { privateKey, certificate } = makeCertificate(
    { subject, use: { type: 'client' }, ...validity(nowMs, leafDays) },
    { certificate: authorityPair.certificate, privateKey: createPrivateKey(authorityPair.key) },
  );
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

export interface NamedServer {
  readonly name: string;
  /** The names and addresses by which it is reached. */
  readonly names: readonly string[];
  readonly nowMs: number;
}

/** Makes a certificate for a server. */
export const serverCertificate = (authorityPair: KeyPair, server: NamedServer): KeyPair =>
  namedCertificate(authorityPair, server, 'server');

/** Makes a certificate for a server that is also a client, of servers like itself. */
export const peerCertificate = (authorityPair: KeyPair, server: NamedServer): KeyPair =>
  namedCertificate(authorityPair, server, 'peer');

function namedCertificate(
  authorityPair: KeyPair,
  { name, names, nowMs }: NamedServer,
  type: 'server' | 'peer',
): KeyPair {
  const { privateKey, certificate } = makeCertificate(
    { subject: { name }, use: { type, names }, ...validity(nowMs, leafDays) },
    { certificate: authorityPair.certificate, privateKey: createPrivateKey(authorityPair.key) },
  );
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface MadeKubeconfig {
  readonly server: string;
  /** When its certificate ends, in milliseconds since 1970. */
  readonly expiryMs: number;
}

/** Returns what is read again of a kubeconfig that was made here; `undefined` if it cannot be read. */
function madeKubeconfig(kubeconfig: string): MadeKubeconfig | undefined {
  try {
    const { clusters, users } = v.parse(kubeconfigSchema, readYaml(kubeconfig));
    const certificate = Buffer.from(users[0].user['client-certificate-data'], 'base64');
    return {
      server: clusters[0].cluster.server,
      expiryMs: new X509Certificate(certificate).validToDate.getTime(),
    };
  } catch {
    return undefined;
  }
}

const kubeconfigSchema = v.object({
  clusters: v.tuple([v.object({ cluster: v.object({ server: v.string() }) })]),
  users: v.tuple([v.object({ user: v.object({ 'client-certificate-data': v.string() }) })]),
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
