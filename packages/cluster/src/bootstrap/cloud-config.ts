import { readYaml } from '@ignite/toolkit/codec/parse-yaml';
import { withoutUndefined } from '@ignite/api/v1/without-undefined';
import * as v from 'valibot';
import { stringify } from 'yaml';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';
import type { ClusterKeys, KeyPair, KeysForExternalEtcd } from '../workload/cluster-secrets.ts';
import { controlPlaneJoinCommand, initCommand, workerJoinCommand } from './kubeadm-command.ts';

export interface BootFile {
  readonly path: string;
  readonly content: string;
  readonly owner?: string | undefined;
  readonly permissions?: string | undefined;
  readonly encoding?: string | undefined;
  readonly append?: boolean | undefined;
}

export interface CloudConfig {
  readonly spec: KubeadmConfigSpec;
  readonly version: string;
  /** Whether the node begins a cluster or joins one, with the documents of kubeadm for that. */
  readonly command: { readonly verb: 'init' | 'join'; readonly documents: string };
  /** The keys of the cluster, which members of its control plane have. */
  readonly keys: ClusterKeys | KeysForExternalEtcd | undefined;
  /** The files that people want, with their contents. */
  readonly files: readonly BootFile[];
}

const documentPaths = { init: '/run/kubeadm/kubeadm.yaml', join: '/run/kubeadm/kubeadm-join-config.yaml' };
/** Pure. Returns what cloud-init does at the first boot of a node, so that kubeadm makes it one. */
export function cloudConfig({
  spec,
  version,
  command: { verb, documents },
  keys,
  files,
}: CloudConfig): string {
  const path = documentPaths[verb];
  const joinCommand = keys ? controlPlaneJoinCommand : workerJoinCommand;
  const config = {
    write_files: [
      ...(keys ? keyFiles(keys, spec.clusterConfiguration) : []),
      ...files,
      bootFile(path, documents, '0640'),
      bootFile('/run/cluster-api/placeholder', 'Makes the folder of this file.', '0640'),
    ],
    ...(spec.bootCommands && { bootcmd: spec.bootCommands }),
    runcmd: [
      ...(spec.preKubeadmCommands ?? []),
      (verb === 'init' ? initCommand : joinCommand)({ spec, path, version }),
      ...(spec.postKubeadmCommands ?? []),
    ],
    ...(spec.ntp && { ntp: spec.ntp }),
    ...(spec.users && { users: spec.users.map(cloudUser) }),
    ...(spec.diskSetup?.partitions && {
      disk_setup: Object.fromEntries(spec.diskSetup.partitions.map(({ device, ...rest }) => [device, rest])),
    }),
    ...(spec.diskSetup?.filesystems && { fs_setup: spec.diskSetup.filesystems }),
    ...(spec.mounts && { mounts: spec.mounts }),
  };
  return cloudConfigText(config);
}

/** Pure. Returns a document of cloud-init, in which the data of the instance may be named. */
export const cloudConfigText = (config: object): string =>
  `## template: jinja\n#cloud-config\n\n${stringify(config, { lineWidth: 0 })}`;

/** Pure. Returns a file of root's. */
export const bootFile = (path: string, content: string, permissions: string): BootFile => ({
  path,
  content,
  owner: 'root:root',
  permissions,
});

const configSchema = v.object({
  write_files: v.array(v.object({ path: v.string(), content: v.optional(v.string()) })),
});
const joinSchema = v.object({
  kind: v.literal('JoinConfiguration'),
  discovery: v.object({ bootstrapToken: v.object({ token: v.string() }) }),
});

/** Pure. Returns the token with which a node joins that boots with this, whatever else is in its files. */
export function tokenIn(text: string): string | undefined {
  const config = v.safeParse(configSchema, parsed(text));
  if (!config.success) return undefined;
  const document = config.output.write_files.findLast(({ path }) => path === documentPaths.join);
  const join = v.safeParse(joinSchema, parsed(document?.content ?? ''));
  return join.success ? join.output.discovery.bootstrapToken.token : undefined;
}

function parsed(text: string): unknown {
  try {
    return readYaml(text);
  } catch {
    return undefined;
  }
}

/** cloud-init has names of its own for some of the fields. */
const cloudUser = ({
  homeDir: homedir,
  primaryGroup: primary_group,
  lockPassword: lock_passwd,
  sshAuthorizedKeys: ssh_authorized_keys,
  ...same
}: NonNullable<KubeadmConfigSpec['users']>[number]): object => ({
  ...same,
  ...withoutUndefined({ homedir, primary_group, lock_passwd, ssh_authorized_keys }),
});

function keyFiles(
  keys: ClusterKeys | KeysForExternalEtcd,
  { certificatesDir: folder = '/etc/kubernetes/pki', etcd }: Partial<Configuration> = {},
): readonly BootFile[] {
  const file = (path: string, content: string, permissions: string): BootFile =>
    bootFile(`${folder}/${path}`, content, permissions);
  const authority = (path: string, { certificate, key }: KeyPair): readonly BootFile[] => [
    file(`${path}.crt`, certificate, '0640'),
    file(`${path}.key`, key, '0600'),
  ];
  return [
    ...authority('ca', keys.ca),
    ...('etcd' in keys ? authority('etcd/ca', keys.etcd) : externalEtcdFiles(keys, etcd!.external!)),
    ...authority('front-proxy-ca', keys.proxy),
    file('sa.pub', keys.sa.certificate, '0640'),
    file('sa.key', keys.sa.key, '0600'),
  ];
}

type Configuration = NonNullable<KubeadmConfigSpec['clusterConfiguration']>;
type ExternalEtcd = NonNullable<NonNullable<Configuration['etcd']>['external']>;

/** Pure. Returns what API servers show an etcd that is elsewhere, in the files where kubeadm is told to look for it. */
const externalEtcdFiles = (
  { etcdAuthority, etcdClient }: KeysForExternalEtcd,
  { caFile, certFile, keyFile }: ExternalEtcd,
): readonly BootFile[] => [
  bootFile(caFile, etcdAuthority, '0640'),
  bootFile(certFile, etcdClient.certificate, '0640'),
  bootFile(keyFile, etcdClient.key, '0600'),
];
