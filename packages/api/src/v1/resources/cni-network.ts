import type { Resource } from '@ignite/toolkit/scheme/resource';
import type { CniNetwork } from '../cni-network.ts';
import { group } from '../group.ts';

/** CNI networks are files of the host. They are listed and found like objects, but no store holds them. */
export const cniNetworkResource = {
  group,
  kind: 'CniNetwork',
  plural: 'networks',
  shortNames: ['net'],
  scope: 'Cluster',
  noun: 'network',
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name, flexible: true },
    { title: 'DRIVER', cell: ({ spec }) => spec.plugins[0] ?? '', leaves: 1 },
    { title: 'SUBNETS', cell: ({ spec }) => spec.subnets.join(', '), flexible: true, leaves: 4 },
    { title: 'DEFAULT', cell: ({ status }) => (status.isDefault ? 'yes' : ''), leaves: 2 },
    { title: 'VMS', cell: ({ status }) => status.vms.join(', '), flexible: true, leaves: 3 },
    { title: 'BRIDGE', cell: ({ spec }) => spec.bridge ?? '', wide: true },
    { title: 'FILE', cell: ({ status }) => status.file ?? '', wide: true },
  ],
  commands: { list: 'ignite network ls' },
} satisfies Resource<CniNetwork>;
