import { createHash } from 'node:crypto';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { OwnerReference } from '@ignite/toolkit/object/kube-object';
import { clusterSecretType, labels } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import type { Endpoint } from '../kinds/cluster.ts';
import type { HostedControlPlaneSpec } from '../kinds/hosted-control-plane.ts';
import {
  type ClusterKeys,
  clientCertificate,
  clientKubeconfig,
  leafDays,
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
const dayMs = 24 * 3_600_000;

/** The port at which an API server listens. What people choose as the endpoint may lead there from another one. */
export const apiServerPort = 6_443;

export const secretNameOf = (clusterName: string, component: ComponentSecret): string =>
  `${clusterName}-hosted-${component}`;

export interface ComponentKeys {
  readonly namespace: string;
  readonly clusterName: string;
  readonly spec: HostedControlPlaneSpec;
  readonly keys: ClusterKeys;
  readonly network: ClusterNetwork;
  /** The address at which the API server listens. */
  readonly address: string;
  readonly endpoint: Required<Endpoint>;
}

/**
 * Keeps the Secret of each component, with the keys that it needs and no others. They are made anew when half of their
 * time is over, and when an authority, an address or a name has changed. It returns the name of a Secret that is there and
 * belongs to somebody else, which stays as it is.
 */
export async function ensureComponentSecrets(
  client: ObjectClient,
  wanted: ComponentKeys,
  { owner, nowMs }: { readonly owner: OwnerReference; readonly nowMs: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace, clusterName } = wanted;
  const from = fingerprintOf(wanted);
  const isExternal = wanted.spec.etcd?.external !== undefined;
  for (const component of components.filter((each) => each !== 'etcd' || !isExternal)) {
    const name = secretNameOf(clusterName, component);
    const known = await objectsOf(client, secrets).find({ namespace, name }, { signal });
    if (known && controllerOf(known)?.uid !== owner.uid) return name;
    const { [madeFrom]: knownFrom, [renewalTime]: renewal = '' } = known?.metadata.annotations ?? {};
    if (knownFrom === from && Date.parse(renewal) > nowMs) continue;
    const data = Object.fromEntries(
      Object.entries(entriesOf(component, wanted, nowMs)).map(([file, text]) => [file, base64(text)]),
    );
    const annotations = {
      [madeFrom]: from,
      [renewalTime]: new Date(nowMs + (leafDays - renewDays) * dayMs).toISOString(),
    };
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
            ...{ name, namespace, annotations },
            labels: { [labels.cluster]: clusterName },
            ownerReferences: [owner],
          },
          ...{ type: clusterSecretType, data },
        },
        { signal },
      );
  }
  return undefined;
}

/** Pure but for the keys that it makes. Returns the files of a component. */
function entriesOf(
  component: ComponentSecret,
  { clusterName, spec, keys, network, address, endpoint }: ComponentKeys,
  nowMs: number,
): Readonly<Record<string, string>> {
  const client = (authority: keyof ClusterKeys, name: string, file: string) => {
    const { certificate, key } = clientCertificate(keys[authority], { name, nowMs });
    return { [`${file}.crt`]: certificate, [`${file}.key`]: key };
  };
  const server = (authority: keyof ClusterKeys, name: string, names: readonly string[], file: string) => {
    const { certificate, key } = serverCertificate(keys[authority], { name, names, nowMs });
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
        ...server('etcd', 'etcd', ['localhost', '127.0.0.1'], 'server'),
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

/** Pure. Returns what tells keys from those that would be made now. */
function fingerprintOf({ spec, keys, network, address, endpoint }: ComponentKeys): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(apiServerNames({ spec, network, address, endpoint })));
  for (const purpose of ['ca', 'etcd', 'proxy', 'sa'] as const) hash.update(keys[purpose].certificate);
  return hash.digest('hex').slice(0, 32);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
