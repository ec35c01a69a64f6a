import { stringify } from 'yaml';
import type { Endpoint } from '../kinds/cluster.ts';
import { kubeadmApiVersion } from '../contract/kubernetes-version.ts';
import { urlOf } from '../workload/cluster-secrets.ts';
import { defaultRepository } from '../contract/image-names.ts';
import { kubeletClientName } from './component-secrets.ts';
import type { ClusterNetwork } from './service-network.ts';
import { type WrittenObject, bindingsOf, configMap, group, role, user } from './written-object.ts';

/** What the nodes of a cluster are told. */
export interface ClusterFacts {
  readonly clusterName: string;
  readonly version: string;
  readonly endpoint: Required<Endpoint>;
  readonly network: ClusterNetwork;
  /** The certificate of the authority, by which nodes know the API server. */
  readonly authority: string;
  readonly imageRepository: string | undefined;
}

/** Those who have a token to join, and the nodes. */
const joining = group('system:bootstrappers:kubeadm:default-node-token');
const joined = group('system:nodes');

/**
 * Pure. Returns what `kubeadm join` of a worker looks for in a cluster, which `kubeadm init` would have written: the
 * configuration, and the rights to read it and to become a node.
 */
export function nodeObjects(facts: ClusterFacts): readonly WrittenObject[] {
  return [
    configMap('kube-system', 'kubeadm-config', { ClusterConfiguration: clusterConfiguration(facts) }),
    ...readers('kube-system', 'kubeadm:nodes-kubeadm-config', 'kubeadm-config', [joining, joined]),
    {
      ...configMap('kube-system', 'kubelet-config', { kubelet: kubeletConfiguration(facts) }),
      isTheirs: true,
    },
    ...readers('kube-system', 'kubeadm:kubelet-config', 'kubelet-config', [joined, joining]),
    configMap('kube-public', 'cluster-info', { kubeconfig: clusterInfo(facts) }),
    ...readers('kube-public', 'kubeadm:bootstrap-signer-clusterinfo', 'cluster-info', [
      user('system:anonymous'),
    ]),
    role({ kind: 'ClusterRole', name: 'kubeadm:get-nodes' }, [
      { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
    ]),
    ...bindingsOf([
      ['kubeadm:get-nodes', 'kubeadm:get-nodes', [joining]],
      ['kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', [joining]],
      [
        'kubeadm:node-autoapprove-bootstrap',
        'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
        [joining],
      ],
      [
        'kubeadm:node-autoapprove-certificate-rotation',
        'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
        [joined],
      ],
      // The API server of kubeadm is an administrator to kubelets. Ours may do what it has to.
      ['ignite:kubelet-api-admin', 'system:kubelet-api-admin', [user(kubeletClientName)]],
    ]),
  ];
}

/** Returns the role to read one ConfigMap, and its binding. */
const readers = (
  namespace: string,
  name: string,
  resourceName: string,
  subjects: readonly object[],
): readonly WrittenObject[] => [
  role({ kind: 'Role', namespace, name }, [
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [resourceName], verbs: ['get'] },
  ]),
  {
    resource: {
      group: 'rbac.authorization.k8s.io',
      version: 'v1',
      resource: 'rolebindings',
      kind: 'RoleBinding',
    },
    metadata: { namespace, name },
    content: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }, subjects },
  },
];

function clusterConfiguration({
  clusterName,
  version,
  endpoint,
  network,
  imageRepository = defaultRepository,
}: ClusterFacts): string {
  return stringify({
    apiVersion: kubeadmApiVersion(version),
    kind: 'ClusterConfiguration',
    clusterName,
    kubernetesVersion: version,
    controlPlaneEndpoint: urlOf(endpoint).replace('https://', ''),
    imageRepository,
    certificatesDir: '/etc/kubernetes/pki',
    networking: {
      dnsDomain: network.domain,
      ...(network.pods !== undefined && { podSubnet: network.pods }),
      serviceSubnet: network.services,
    },
  });
}

const kubeletConfiguration = ({ network }: ClusterFacts): string =>
  stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'systemd',
    clusterDNS: [network.dnsAddress],
    clusterDomain: network.domain,
    healthzBindAddress: '127.0.0.1',
    healthzPort: 10_248,
    rotateCertificates: true,
    staticPodPath: '/etc/kubernetes/manifests',
  });

/** The controller manager signs it for each token, beside this entry. */
const clusterInfo = ({ endpoint, authority }: ClusterFacts): string =>
  stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: '',
          cluster: {
            server: urlOf(endpoint),
            'certificate-authority-data': Buffer.from(authority).toString('base64'),
          },
        },
      ],
      contexts: null,
      'current-context': '',
      users: null,
    },
    { lineWidth: 0 },
  );
