import { createHash } from 'node:crypto';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';
import { apiServerPort } from '../contract/api-server-port.ts';
import { clusterSecretType, labels } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import type { Endpoint } from '../kinds/cluster.ts';
import type { HostedControlPlaneSpec } from '../kinds/hosted-control-plane.ts';
import {
  type ClusterKeys,
  clientCertificate,
  clientKubeconfig,
  leafDays,
  peerCertificate,
  renewDays,
  serverCertificate,
} from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import type { ClusterNetwork } from './service-network.ts';

/** The components that have keys of their own. */
const components = ['etcd', 'apiserver', 'controller-manager', 'scheduler'] as const;
export type ComponentSecret = (typeof components)[number];

/** What the certificate of the API server's client for kubelets is about, which an RBAC binding names. */
export const kubeletClientName = 'kube-apiserver-kubelet-client';

const madeFrom = 'controlplane.cluster.x-k8s.io/made-from';
const renewalTime = 'controlplane.cluster.x-k8s.io/renewal-time';
const renewedAfterMs = (leafDays - renewDays) * 24 * 3_600_000;

/** Pure. Returns the name of the Secret of a component, of one of the replicas. */
export const secretNameOf = (clusterName: string, component: ComponentSecret, replica = 1): string =>
  `${clusterName}-hosted-${replica === 1 ? '' : `${replica}-`}${component}`;

/** Pure. Returns the number of the replica whose keys are in a Secret; `undefined` if it is another Secret. */
export function replicaOfSecret(name: string, clusterName: string): number | undefined {
  const beginning = `${clusterName}-hosted-`;
  if (!name.startsWith(beginning)) return undefined;
  const [, replica = '1', component] = /^(?:(\d+)-)?(.+)$/.exec(name.slice(beginning.length)) ?? [];
  return components.some((each) => each === component) ? Number(replica) : undefined;
}

export interface ComponentKeys {
  readonly namespace: string;
  readonly clusterName: string;
  /** The number of the replica. */
  readonly replica: number;
  /** Whether its etcd is one of several, which reach each other at their addresses. */
  readonly isReplicated: boolean;
  readonly spec: HostedControlPlaneSpec;
  readonly keys: ClusterKeys;
  readonly network: ClusterNetwork;
  /** The address at which the API server listens. */
  readonly address: string;
  readonly endpoint: Required<Endpoint>;
}

/** Whom keys are made for, and when. */
export interface Making {
  readonly owner: OwnerReference;
  readonly nowMs: number;
}

/** The Secrets of a replica as they are found. */
export interface FoundSecrets {
  /** The name of one that belongs to somebody else. */
  readonly foreign?: string;
  /** Those whose keys are to be made: the known ones anew. */
  readonly stale: readonly { readonly component: ComponentSecret; readonly known: KubeObject | undefined }[];
  /** When the newest of them was written; 0 if there is none. */
  readonly writtenMs: number;
}

/**
 * Looks which Secrets of a replica are missing or stale: half of the time of their keys is over, or an authority, an address or a
 * name has changed.
 */
export async function findComponentSecrets(
  client: ObjectClient,
  wanted: ComponentKeys,
  { owner, nowMs }: Making,
  signal: AbortSignal,
): Promise<FoundSecrets> {
  const { namespace, clusterName, replica } = wanted;
  const isExternal = wanted.spec.etcd?.external !== undefined;
  const stale: FoundSecrets['stale'][number][] = [];
  let writtenMs = 0;
  for (const component of components.filter((each) => each !== 'etcd' || !isExternal)) {
    const name = secretNameOf(clusterName, component, replica);
    const known = await objectsOf(client, secrets).find({ namespace, name }, { signal });
    if (known && controllerOf(known)?.uid !== owner.uid) return { foreign: name, stale: [], writtenMs };
    const { [madeFrom]: knownFrom, [renewalTime]: renewal = '' } = known?.metadata.annotations ?? {};
    const renewalMs = Date.parse(renewal);
    if (known) writtenMs = Math.max(writtenMs, (renewalMs || 0) - renewedAfterMs);
    if (knownFrom !== fingerprintOf(component, wanted) || !(renewalMs > nowMs))
      stale.push({ component, known });
  }
  return { stale, writtenMs };
}

/** Writes the keys of components, each of which gets those that it needs and no others. */
export async function writeComponentSecrets(
  client: ObjectClient,
  wanted: ComponentKeys,
  stale: FoundSecrets['stale'],
  { owner, nowMs }: Making,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, clusterName, replica } = wanted;
  for (const { component, known } of stale) {
    const annotations = {
      [madeFrom]: fingerprintOf(component, wanted),
      [renewalTime]: new Date(nowMs + renewedAfterMs).toISOString(),
    };
    const data = Object.fromEntries(
      Object.entries(entriesOf(component, wanted, nowMs)).map(([file, text]) => [file, base64(text)]),
    );
    if (known)
      await objectsOf(client, secrets).update(
        {
          ...known,
          metadata: { ...known.metadata, annotations: { ...known.metadata.annotations, ...annotations } },
          ...{ data },
        },
        { signal },
      );
    else
      await objectsOf(client, secrets).create(
        {
          metadata: {
            ...{ name: secretNameOf(clusterName, component, replica), namespace, annotations },
            labels: { [labels.cluster]: clusterName },
            ownerReferences: [owner],
          },
          ...{ type: clusterSecretType, data },
        },
        { signal },
      );
  }
}

/** Pure but for the keys that it makes. Returns the files of a component. */
function entriesOf(
  component: ComponentSecret,
  { clusterName, spec, keys, network, address, endpoint, isReplicated }: ComponentKeys,
  nowMs: number,
): Readonly<Record<string, string>> {
  const client = (authority: keyof ClusterKeys, name: string, file: string) => {
    const { certificate, key } = clientCertificate(keys[authority], { name, nowMs });
    return { [`${file}.crt`]: certificate, [`${file}.key`]: key };
  };
  const server = (
    authority: keyof ClusterKeys,
    name: string,
    names: readonly string[],
    file: string,
    isPeer = false,
  ) => {
    const make = isPeer ? peerCertificate : serverCertificate;
    const { certificate, key } = make(keys[authority], { name, names, nowMs });
    return { [`${file}.crt`]: certificate, [`${file}.key`]: key };
  };
  const kubeconfig = (name: string) => ({
    kubeconfig: clientKubeconfig({ clusterName, endpoint: { host: address, port: apiServerPort } }, keys.ca, {
      name,
      nowMs,
    }),
  });
  switch (component) {
    case 'etcd':
      return {
        'ca.crt': keys.etcd.certificate,
        ...server('etcd', 'etcd', etcdNames({ address, isReplicated }), 'server', isReplicated),
      };
    case 'apiserver':
      return {
        'ca.crt': keys.ca.certificate,
        'etcd-ca.crt': keys.etcd.certificate,
        'front-proxy-ca.crt': keys.proxy.certificate,
        'sa.pub': keys.sa.certificate,
        'sa.key': keys.sa.key,
        ...server('ca', 'kube-apiserver', apiServerNames({ spec, network, address, endpoint }), 'apiserver'),
        ...client('ca', kubeletClientName, 'kubelet-client'),
        ...client('etcd', 'kube-apiserver-etcd-client', 'etcd-client'),
        ...client('proxy', 'front-proxy-client', 'front-proxy-client'),
      };
    case 'controller-manager':
      return {
        'ca.crt': keys.ca.certificate,
        'ca.key': keys.ca.key,
        'front-proxy-ca.crt': keys.proxy.certificate,
        'sa.key': keys.sa.key,
        ...kubeconfig('system:kube-controller-manager'),
      };
    case 'scheduler':
      return kubeconfig('system:kube-scheduler');
  }
}

/** Pure. Returns the names and addresses by which the API server is known. */
function apiServerNames({
  spec,
  network,
  address,
  endpoint,
}: Pick<ComponentKeys, 'spec' | 'network' | 'address' | 'endpoint'>): readonly string[] {
  const service = 'kubernetes.default';
  return [
    ...new Set([
      ...['kubernetes', service, `${service}.svc`, `${service}.svc.${network.domain}`],
      ...[network.apiServerAddress, address, endpoint.host!, ...(spec.apiServer?.certSANs ?? [])],
    ]),
  ];
}

/** Pure. Returns the names by which an etcd is known, to its own pod or to those of other replicas too. */
const etcdNames = ({ address, isReplicated }: Pick<ComponentKeys, 'address' | 'isReplicated'>) => [
  ...['localhost', '127.0.0.1'],
  ...(isReplicated ? [address] : []),
];

/** Pure. Returns what tells keys from those that would be made now. */
function fingerprintOf(
  component: ComponentSecret,
  { spec, keys, network, address, endpoint, isReplicated }: ComponentKeys,
): string {
  const hash = createHash('sha256');
  if (component === 'etcd' && isReplicated) hash.update(JSON.stringify(etcdNames({ address, isReplicated })));
  hash.update(JSON.stringify(apiServerNames({ spec, network, address, endpoint })));
  for (const purpose of ['ca', 'etcd', 'proxy', 'sa'] as const) hash.update(keys[purpose].certificate);
  return hash.digest('hex').slice(0, 32);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
