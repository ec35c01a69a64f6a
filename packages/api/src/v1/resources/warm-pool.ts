import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { group } from '../group.ts';
import { fullName } from '../shown-name.ts';
import type { WarmPool } from '../warm-pool.ts';

export const warmPoolResource = {
  group,
  kind: 'WarmPool',
  plural: 'warmpools',
  shortNames: ['pool', 'pools'],
  scope: 'Namespaced',
  noun: 'pool',
  subresources: ['status', 'scale'],
  columns: [
    { title: 'POOL ID', cell: ({ metadata }) => metadata.uid, leaves: 3 },
    { title: 'NAME', cell: (pool) => fullName(pool), flexible: true },
    { title: 'CREATED', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs), leaves: 1 },
    { title: 'IMAGE', cell: ({ spec }) => spec.template.spec.image.oci, flexible: true, leaves: 2 },
    { title: 'WANTED', cell: ({ spec }) => String(spec.replicas), leaves: 5 },
    { title: 'VMS', cell: ({ status }) => String(status.replicas), leaves: 4 },
    { title: 'READY', cell: ({ status }) => String(status.readyReplicas) },
  ],
  readiness: ({ spec, status }) => (status.readyReplicas >= spec.replicas ? 'True' : 'False'),
  summary: ({ spec, status }) => `${status.readyReplicas} of ${spec.replicas} VMs ready`,
  commands: { list: 'ignite pool ls', remove: (name) => `ignite pool rm ${name}` },
  applyOrder: 4,
} satisfies Resource<WarmPool>;
