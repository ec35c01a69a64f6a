import { withoutUndefined } from '@ignite/api/v1/without-undefined';
import * as v from 'valibot';
import { stringify } from 'yaml';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';
import type { Cluster, Endpoint } from '../kinds/cluster.ts';
import type { K3sConfigSpec } from '../kinds/k3s-config.ts';
import { type ClusterKeys, urlOf } from '../workload/cluster-secrets.ts';
import { type BootFile, bootFile, cloudConfigText } from './cloud-config.ts';
import { sentinel } from './sentinel.ts';

/** What a node is to a cluster of k3s. */
export type K3sRole =
  | {
      readonly type: 'first server' | 'server';
      readonly keys: ClusterKeys;
      /** The word by which agents join. */
      readonly agentToken: string;
    }
  | { readonly type: 'agent' };

export interface K3sCloudConfig {
  readonly spec: K3sConfigSpec;
  readonly role: K3sRole;
  /** The version of k3s, such as `v1.35.4+k3s1`. */
  readonly version: string;
  readonly cluster: Cluster;
  readonly endpoint: Required<Endpoint>;
  /** By which the node itself joins. */
  readonly token: string;
  /** The files that people want, with their contents. */
  readonly files: readonly BootFile[];
}

const configPath = '/etc/rancher/k3s/config.yaml';
const keysFolder = '/var/lib/rancher/k3s/server/tls';

/** Pure. Returns what cloud-init does at the first boot of a node, so that k3s makes it one. */
export function k3sCloudConfig({ files, ...node }: K3sCloudConfig): string {
  const { spec, role } = node;
  return cloudConfigText({
    write_files: [
      ...(role.type === 'agent' ? [] : keyFiles(role.keys)),
      ...files,
      bootFile(configPath, stringify(configOf(node), { lineWidth: 0 }), '0600'),
      bootFile('/run/cluster-api/placeholder', 'Makes the folder of this file.', '0640'),
    ],
    runcmd: [
      ...(spec.preK3sCommands ?? []),
      `${installation(node)} && echo success > ${sentinel}`,
      ...(spec.postK3sCommands ?? []),
    ],
  });
}

function installation({ spec, role, version }: Omit<K3sCloudConfig, 'files'>): string {
  const verb = role.type === 'agent' ? 'agent' : 'server';
  return spec.agentConfig?.airGapped
    ? `INSTALL_K3S_SKIP_DOWNLOAD=true INSTALL_K3S_EXEC=${verb} sh /opt/install.sh`
    : `curl -sfL https://get.k3s.io | INSTALL_K3S_VERSION='${v.parse(kubernetesVersionSchema, spec.version ?? version)}' sh -s - ${verb}`;
}

/** Pure. Returns the configuration file of k3s, whose keys are those of its flags. */
function configOf({ spec, role, cluster, endpoint, token }: Omit<K3sCloudConfig, 'files'>): object {
  const { agentConfig: agent = {}, serverConfig: server = {} } = spec;
  const joins = role.type !== 'first server';
  const isExternal = !server.disableExternalCloudProvider && server.cloudProviderName !== '';
  const provider = server.cloudProviderName ?? 'external';
  const common = {
    token,
    server: joins ? urlOf(endpoint) : undefined,
    'node-name': agent.nodeName,
    'node-label': agent.nodeLabels,
    'node-taint': agent.nodeTaints,
    'private-registry': agent.privateRegistry,
    'kubelet-arg': [...(agent.kubeletArgs ?? []), ...(isExternal ? [`cloud-provider=${provider}`] : [])],
    'kube-proxy-arg': agent.kubeProxyArgs,
  };
  if (role.type === 'agent') return withoutUndefined(common);
  const { pods, services, serviceDomain } = cluster.spec.clusterNetwork ?? {};
  return withoutUndefined({
    ...common,
    'agent-token': role.agentToken,
    'cluster-init': joins ? undefined : true,
    'tls-san': [...(server.tlsSan ?? []), endpoint.host],
    'disable-cloud-controller': server.disableCloudController ?? true,
    'kube-apiserver-arg': apiServerArguments(server.kubeAPIServerArg),
    'kube-controller-manager-arg': server.kubeControllerManagerArgs,
    'kube-scheduler-arg': server.kubeSchedulerArgs,
    'bind-address': server.bindAddress,
    'https-listen-port': server.httpsListenPort,
    'advertise-address': server.advertiseAddress,
    'advertise-port': server.advertisePort,
    'cluster-cidr': server.clusterCidr ?? pods?.cidrBlocks.join(','),
    'service-cidr': server.serviceCidr ?? services?.cidrBlocks.join(','),
    'cluster-dns': server.clusterDNS,
    'cluster-domain': server.clusterDomain ?? serviceDomain,
    disable: server.disableComponents,
    'system-default-registry': server.systemDefaultRegistry,
  });
}

/**
 * The load balancer asks servers whether they are ready, without showing who it is, and k3s would not answer it. What people
 * have set stays.
 */
const apiServerArguments = (given: readonly string[] = []): readonly string[] =>
  given.some((each) => /^(--)?anonymous-auth\b/.test(each)) ? given : ['anonymous-auth=true', ...given];

/** k3s takes authorities that it finds where it would write its own. One of them signs for servers and for clients. */
function keyFiles(keys: ClusterKeys): readonly BootFile[] {
  const authority = (path: string, { certificate, key }: ClusterKeys['ca']): readonly BootFile[] => [
    bootFile(`${keysFolder}/${path}.crt`, certificate, '0640'),
    bootFile(`${keysFolder}/${path}.key`, key, '0600'),
  ];
  return [
    ...authority('server-ca', keys.ca),
    ...authority('client-ca', keys.ca),
    ...authority('request-header-ca', keys.proxy),
    ...authority('etcd/server-ca', keys.etcd),
    ...authority('etcd/peer-ca', keys.etcd),
    bootFile(`${keysFolder}/service.key`, keys.sa.key, '0600'),
  ];
}
