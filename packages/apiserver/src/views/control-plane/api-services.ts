import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { age } from '@ignite/toolkit/text/age';
import type { ServedResource } from '../../resource/served-resource.ts';
import { nameColumn } from '../../resource/table-column.ts';
import { ComputedObjects, computedMetadata, computedVerbs } from '../computed-objects.ts';
import { readOnly } from '../read-only.ts';
import { viewColumns } from '../view-columns.ts';
import { viewResource } from '../view-resource.ts';

const [group, version] = ['apiregistration.k8s.io', 'v1'];

/** Returns the groups and versions that are served, all by this server itself. */
export function apiServices(served: () => readonly ServedResource[], startTime: string): ServedResource {
  const compute = async (): Promise<readonly KubeObject[]> =>
    [...Map.groupBy(served(), apiVersionOf).values()]
      .map(([first]) => apiServiceOf(first!, startTime))
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return viewResource({
    ...{ group, version },
    resource: 'apiservices',
    kind: 'APIService',
    isNamespaced: false,
    columns: [
      nameColumn,
      ...viewColumns([
        { name: 'Service', cell: () => 'Local' },
        { name: 'Available', cell: () => 'True' },
        { name: 'Age', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
      ]),
    ],
    view: {
      over: (client) => readOnly(new ComputedObjects(client, compute)),
      verbs: computedVerbs,
      hint: 'no other server serves a part of this API',
    },
  });
}

/** The order of groups and versions is that of discovery, which tells it truly. */
const priorities = { groupPriorityMinimum: 1_000, versionPriority: 15 };

function apiServiceOf(served: ServedResource, startTime: string): KubeObject {
  const available = {
    type: 'Available',
    status: 'True',
    reason: 'Local',
    message: 'Local APIServices are always available',
    lastTransitionTime: startTime,
  };
  return {
    apiVersion: `${group}/${version}`,
    kind: 'APIService',
    metadata: computedMetadata(`${served.version}.${served.group}`, startTime),
    spec: { group: served.group, version: served.version, ...priorities },
    status: { conditions: [available] },
  };
}
