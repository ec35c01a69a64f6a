import { isTrue } from '@ignite/toolkit/object/condition';
import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { group } from '../group.ts';
import type { Host } from '../host.ts';

/** How a host is, in the words in which `kubectl get nodes` says it. */
function statusText({ spec, status }: Host): string {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const words = { True: 'Ready', False: 'NotReady', Unknown: 'Unknown' };
  return `${words[ready?.status ?? 'Unknown']}${spec.unschedulable ? ',SchedulingDisabled' : ''}`;
}

const addressOf = ({ status }: Host): string =>
  status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';

export const hostResource = {
  group,
  kind: 'Host',
  plural: 'hosts',
  scope: 'Cluster',
  subresources: ['status'],
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name, flexible: true },
    { title: 'STATUS', cell: statusText },
    { title: 'CPUS', cell: ({ status }) => String(status.allocatable.cpus), leaves: 3 },
    { title: 'MEMORY', cell: ({ status }) => humanBytes(status.allocatable.memory), leaves: 4 },
    { title: 'DISK', cell: ({ status }) => humanBytes(status.allocatable.diskSize), leaves: 5 },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs), leaves: 1 },
    { title: 'VERSION', cell: ({ status }) => status.versions.ignite, leaves: 2 },
    { title: 'ADDRESS', cell: addressOf, wide: true },
    { title: 'KERNEL', cell: ({ status }) => status.versions.kernel, wide: true },
    { title: 'ARCH', cell: ({ status }) => status.versions.arch, wide: true },
  ],
  readiness: ({ status }) => (isTrue(status.conditions, 'Ready') ? 'True' : 'False'),
  summary: statusText,
  commands: { list: 'ignite get hosts', remove: (name) => `ignite delete host/${name}` },
} satisfies Resource<Host>;
