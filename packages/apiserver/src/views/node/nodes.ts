import { hostKind } from '@ignite/api/v1/object-kinds';
import { age } from '@ignite/toolkit/text/age';
import type { ServedResource } from '../../resource/served-resource.ts';
import { nameColumn } from '../../resource/table-column.ts';
import { DerivedObjects } from '../derived-objects.ts';
import { type OwnHost, hosts, knownHosts } from '../known-hosts.ts';
import { readOnly } from '../read-only.ts';
import { viewColumns } from '../view-columns.ts';
import { viewResource } from '../view-resource.ts';
import { type Node, nodeOfHost } from './node-of-host.ts';

const rolePrefix = 'node-role.kubernetes.io/';

function statusText({ spec, status }: Node): string {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const word = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return `${word}${spec.unschedulable ? ',SchedulingDisabled' : ''}`;
}

const rolesText = ({ metadata }: Node): string =>
  Object.keys(metadata.labels)
    .filter((label) => label.startsWith(rolePrefix))
    .map((label) => label.slice(rolePrefix.length))
    .toSorted()
    .join(',') || '<none>';

const addressText = ({ status }: Node): string =>
  status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '<none>';

const info =
  (field: string) =>
  ({ status }: Node): string =>
    status.nodeInfo[field] || '<unknown>';

/** Each host as a Node. */
export const nodesOf = (self: OwnHost): ServedResource =>
  viewResource({
    group: '',
    version: 'v1',
    resource: 'nodes',
    kind: 'Node',
    isNamespaced: false,
    shortNames: ['no'],
    subresources: ['status'],
    selectableFields: ['spec.unschedulable'],
    columns: [
      nameColumn,
      ...viewColumns<Node>([
        { name: 'Status', cell: statusText },
        { name: 'Roles', cell: rolesText },
        { name: 'Age', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
        { name: 'Version', cell: info('kubeletVersion') },
        { name: 'Internal-IP', wide: true, cell: addressText },
        { name: 'External-IP', wide: true, cell: () => '<none>' },
        { name: 'OS-Image', wide: true, cell: info('osImage') },
        { name: 'Kernel-Version', wide: true, cell: info('kernelVersion') },
        { name: 'Container-Runtime', wide: true, cell: info('containerRuntimeVersion') },
      ]),
    ],
    view: {
      over: (client) =>
        readOnly(
          new DerivedObjects(client, {
            from: hosts,
            showing: async (reader, options) => {
              const known = await knownHosts(reader, self, options);
              return (stored) => nodeOfHost(hostKind.decode(stored), known);
            },
          }),
        ),
      hint: 'a Node shows the host of the same name, so write that, as in "kubectl label host NAME"',
    },
  });
