import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { newClient, readEtcdAccess } from '@ignite/cluster/etcd-operations/etcd-access';
import { findEtcd } from '@ignite/cluster/etcd-operations/find-etcd';
import type { ClusterKey } from '@ignite/cluster/operations/cluster-view';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { quotedWord } from '@ignite/toolkit/text/shell-word';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { clusterKey } from '../cluster/cluster-flags.ts';

export const etcdEnv: Command = {
  name: 'etcd env',
  arguments: 'ETCD [DIR]',
  arity: { least: 1, most: 2 },
  summary: 'Write a certificate for an etcd cluster to a folder, and print what etcdctl needs to know',
  details: [
    'The certificate is valid for a year, and lets you read and write all data. Without DIR, it is kept in ~/.config/ignite/etcd.',
  ],
  examples: ['eval "$(ignite etcd env db)" && etcdctl member list', 'ignite etcd env db ./db-keys'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const { args, io } = invocation;
    const key = clusterKey(args[0]!);
    const dir = resolve(args[1] ?? defaultFolder(io.env, key));
    const { endpoints, authority, client } = await withClusters(
      invocation,
      async ({ objects, op: { signal } }) => {
        const access = await readEtcdAccess(await findEtcd(objects, key, signal), objects, signal);
        return { ...access, client: newClient(access, Date.now()) };
      },
    );
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await replaceFile(join(dir, 'ca.crt'), authority.certificate, 0o600);
    await replaceFile(join(dir, 'client.crt'), client.certificate, 0o600);
    await replaceFile(join(dir, 'client.key'), client.key, 0o600);
    const variables = {
      ETCDCTL_ENDPOINTS: endpoints.join(','),
      ETCDCTL_CACERT: join(dir, 'ca.crt'),
      ETCDCTL_CERT: join(dir, 'client.crt'),
      ETCDCTL_KEY: join(dir, 'client.key'),
    };
    for (const [name, value] of Object.entries(variables))
      io.out.write(`export ${name}=${quotedWord(value)}\n`);
    return 0;
  },
};

const defaultFolder = (env: NodeJS.ProcessEnv, { namespace, name }: ClusterKey): string =>
  join(
    env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? homedir(), '.config'),
    'ignite',
    'etcd',
    namespace,
    name,
  );
