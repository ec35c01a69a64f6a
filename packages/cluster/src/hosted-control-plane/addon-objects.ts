import { stringify } from 'yaml';
import type { HostedControlPlaneSpec } from '../kinds/hosted-control-plane.ts';
import { urlOf } from '../workload/cluster-secrets.ts';
import { daemonSets, deployments } from '../workload/node.ts';
import { componentImage, coreDnsImage } from './component-images.ts';
import type { ClusterFacts } from './node-objects.ts';
import {
  type WrittenObject,
  account,
  bindingsOf,
  configMap,
  group,
  role,
  serviceAccount,
} from './written-object.ts';

const rbacGroup = 'rbac.authorization.k8s.io';
const onLinux = { 'kubernetes.io/os': 'linux' };
const proxyFolder = '/var/lib/kube-proxy';

/** Pure. Returns kube-proxy, which makes Services work on each node, and the rights to read its configuration. */
export function kubeProxyObjects(
  facts: ClusterFacts,
  spec: HostedControlPlaneSpec,
): readonly WrittenObject[] {
  const name = 'kube-proxy';
  const labels = { 'k8s-app': name };
  return [
    serviceAccount(name),
    ...bindingsOf([['kubeadm:node-proxier', 'system:node-proxier', [account(name)]]]),
    { ...configMap('kube-system', name, proxyFiles(facts)), isTheirs: true },
    role({ kind: 'Role', namespace: 'kube-system', name }, [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get'] },
    ]),
    {
      resource: { group: rbacGroup, version: 'v1', resource: 'rolebindings', kind: 'RoleBinding' },
      metadata: { namespace: 'kube-system', name },
      content: {
        roleRef: { apiGroup: rbacGroup, kind: 'Role', name },
        subjects: [group('system:bootstrappers:kubeadm:default-node-token')],
      },
    },
    {
      resource: daemonSets,
      metadata: { namespace: 'kube-system', name, labels },
      content: {
        spec: {
          selector: { matchLabels: labels },
          updateStrategy: { type: 'RollingUpdate' },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: name,
              priorityClassName: 'system-node-critical',
              hostNetwork: true,
              nodeSelector: onLinux,
              tolerations: [{ operator: 'Exists' }],
              containers: [
                {
                  name,
                  image: componentImage('kube-proxy', facts.version, spec),
                  imagePullPolicy: 'IfNotPresent',
                  command: [
                    `/usr/local/bin/${name}`,
                    `--config=${proxyFolder}/config.conf`,
                    '--hostname-override=$(NODE_NAME)',
                  ],
                  env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
                  securityContext: { privileged: true },
                  volumeMounts: [
                    { name: 'config', mountPath: proxyFolder },
                    { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
                    { name: 'modules', mountPath: '/lib/modules', readOnly: true },
                  ],
                },
              ],
              volumes: [
                { name: 'config', configMap: { name } },
                { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
                { name: 'modules', hostPath: { path: '/lib/modules' } },
              ],
            },
          },
        },
      },
    },
  ];
}

/** Returns the files of kube-proxy, under the names by which kubeadm looks for them. */
function proxyFiles({ endpoint, network }: ClusterFacts): Readonly<Record<string, string>> {
  const secrets = '/var/run/secrets/kubernetes.io/serviceaccount';
  const name = 'default';
  return {
    'config.conf': stringify({
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      bindAddress: '0.0.0.0',
      clientConnection: { kubeconfig: `${proxyFolder}/kubeconfig.conf` },
      ...(network.pods !== undefined && { clusterCIDR: network.pods }),
    }),
    'kubeconfig.conf': stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [
        { name, cluster: { server: urlOf(endpoint), 'certificate-authority': `${secrets}/ca.crt` } },
      ],
      contexts: [{ name, context: { cluster: name, namespace: name, user: name } }],
      users: [{ name, user: { tokenFile: `${secrets}/token` } }],
    }),
  };
}

/** Pure. Returns CoreDNS, which tells Pods the addresses of Services. */
export function coreDnsObjects(facts: ClusterFacts, spec: HostedControlPlaneSpec): readonly WrittenObject[] {
  const name = 'coredns';
  const labels = { 'k8s-app': 'kube-dns' };
  const port = (portName: string, containerPort: number, protocol = 'TCP') => ({
    name: portName,
    containerPort,
    protocol,
  });
  const probe = (path: string, on: string) => ({ httpGet: { path, port: on, scheme: 'HTTP' } });
  return [
    serviceAccount(name),
    role({ kind: 'ClusterRole', name: 'system:coredns' }, [
      {
        apiGroups: [''],
        resources: ['endpoints', 'services', 'pods', 'namespaces'],
        verbs: ['list', 'watch'],
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ]),
    ...bindingsOf([['system:coredns', 'system:coredns', [account(name)]]]),
    { ...configMap('kube-system', name, { Corefile: corefile(facts.network.domain) }), isTheirs: true },
    {
      resource: { group: '', version: 'v1', resource: 'services', kind: 'Service' },
      metadata: {
        namespace: 'kube-system',
        name: 'kube-dns',
        labels: { ...labels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
      },
      content: {
        spec: {
          clusterIP: facts.network.dnsAddress,
          selector: labels,
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
            { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
            { name: 'metrics', port: 9_153, protocol: 'TCP', targetPort: 9_153 },
          ],
        },
      },
    },
    {
      resource: deployments,
      metadata: { namespace: 'kube-system', name, labels },
      replicas: 2,
      content: {
        spec: {
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: name,
              priorityClassName: 'system-cluster-critical',
              nodeSelector: onLinux,
              dnsPolicy: 'Default',
              tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
              affinity: {
                podAntiAffinity: {
                  preferredDuringSchedulingIgnoredDuringExecution: [
                    {
                      weight: 100,
                      podAffinityTerm: {
                        topologyKey: 'kubernetes.io/hostname',
                        labelSelector: { matchLabels: labels },
                      },
                    },
                  ],
                },
              },
              containers: [
                {
                  name,
                  image: coreDnsImage(facts.version, spec),
                  imagePullPolicy: 'IfNotPresent',
                  args: ['-conf', '/etc/coredns/Corefile'],
                  resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
                  ports: [
                    port('dns', 53, 'UDP'),
                    port('dns-tcp', 53),
                    port('metrics', 9_153),
                    port('liveness-probe', 8_080),
                    port('readiness-probe', 8_181),
                  ],
                  livenessProbe: {
                    ...probe('/health', 'liveness-probe'),
                    initialDelaySeconds: 60,
                    timeoutSeconds: 5,
                    failureThreshold: 5,
                  },
                  readinessProbe: probe('/ready', 'readiness-probe'),
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
                    readOnlyRootFilesystem: true,
                  },
                  volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
                },
              ],
              volumes: [
                { name: 'config', configMap: { name, items: [{ key: 'Corefile', path: 'Corefile' }] } },
              ],
            },
          },
        },
      },
    },
  ];
}

/** Returns the configuration of CoreDNS: the names of the cluster, and those that the node's own servers know. */
const corefile = (domain: string): string => `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes ${domain} in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
        max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;
