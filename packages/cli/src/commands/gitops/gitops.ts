import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from '../../arguments/command.ts';
import { withSources } from '../../context.ts';
import { allowFlags, allowanceOf } from './allow-flags.ts';
import { declareSyncs, manifestsOf, sourceFlags, unknownKindsOf } from './declare-syncs.ts';
import { repositoryFlags, repositoryManifests } from './repository.ts';
import { hostFlags } from './host-flags.ts';
import { runDaemon } from './run-daemon.ts';
import { withStore } from './with-store.ts';

export const gitops: Command = {
  name: 'gitops',
  arguments: '[REPO]',
  arity: { least: 0, most: 1 },
  summary: 'Keep this host in sync with a Git repository',
  details: ['Runs until it is interrupted. Without REPO, it runs every declared GitSource and Sync.'],
  examples: [
    'ignite gitops https://example.org/vms.git --branch main --path hosts/a',
    'ignite gitops git@example.org:vms.git --identity-file ~/.ssh/id_ed25519',
    'ignite gitops /srv/vms.git --allow-path /srv/data --allow-network lan --allow-port 80 --allow-port 8000-8999',
    'ignite gitops      # every declared GitSource and Sync',
  ],
  flags: { ...repositoryFlags, ...allowFlags, ...sourceFlags, ...hostFlags },
  run: async (given) => {
    const invocation = await withStore(given);
    const [repository] = invocation.args;
    await withSources(invocation, async (host) => {
      if (repository !== undefined)
        await declareSyncs(await repositoryManifests(repository, invocation, host), host);
    });
    return runDaemon(invocation);
  },
};

export const daemon: Command = {
  name: 'daemon',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Keep this host in sync with a directory of manifests and all declared Syncs',
  details: ['Runs until it is interrupted.'],
  examples: ['ignite daemon', 'ignite daemon --manifests /srv/vms'],
  flags: {
    manifests: {
      type: 'string',
      value: 'DIR',
      default: '/etc/firecracker/manifests',
      help: 'directory with manifests',
    },
    interval: {
      type: 'string',
      value: 'TIME',
      default: '30s',
      help: 'how often to check for changes, in addition to file notifications',
    },
    ...allowFlags,
    ...sourceFlags,
    ...hostFlags,
  },
  run: async (given) => {
    const invocation = await withStore(given);
    await withSources(invocation, async (host) => {
      const directory = resolve(invocation.flags.text('manifests') ?? '/etc/firecracker/manifests');
      await mkdir(directory, { recursive: true });
      const interval = invocation.flags.text('interval') ?? '30s';
      const unknownKinds = unknownKindsOf(invocation.flags);
      const allow = await allowanceOf(invocation.flags);
      const spec = { source: { directory }, allow, interval, adopt: true, unknownKinds };
      await declareSyncs(manifestsOf([['Sync', 'manifests', spec]]), host);
    });
    return runDaemon(invocation);
  },
};
