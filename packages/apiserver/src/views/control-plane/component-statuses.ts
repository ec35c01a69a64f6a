import type { CallOptions, ObjectClient } from '@ignite/toolkit/client/object-client';
import { namespaces } from '@ignite/toolkit/core/resources/namespace';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../../resource/served-resource.ts';
import { nameColumn } from '../../resource/table-column.ts';
import { ComputedObjects, computedMetadata, computedVerbs } from '../computed-objects.ts';
import { readOnly } from '../read-only.ts';
import { viewColumns } from '../view-columns.ts';
import { viewResource } from '../view-resource.ts';

interface ComponentStatus extends KubeObject {
  readonly conditions: readonly [
    { readonly status: string; readonly message: string; readonly error: string },
  ];
}

/** Returns whether this program and its store answer. */
export const componentStatuses = (startTime: string): ServedResource =>
  viewResource({
    group: '',
    version: 'v1',
    resource: 'componentstatuses',
    kind: 'ComponentStatus',
    isNamespaced: false,
    shortNames: ['cs'],
    columns: [
      nameColumn,
      ...viewColumns<ComponentStatus>([
        {
          name: 'Status',
          cell: ({ conditions }) => (conditions[0].status === 'True' ? 'Healthy' : 'Unhealthy'),
        },
        { name: 'Message', cell: ({ conditions }) => conditions[0].message },
        { name: 'Error', cell: ({ conditions }) => conditions[0].error },
      ]),
    ],
    view: {
      over: (client) =>
        readOnly(
          new ComputedObjects(client, async (reader, options) => [
            statusOf('ignited', startTime, undefined),
            statusOf('store', startTime, await problemOfStore(reader, options)),
          ]),
        ),
      verbs: computedVerbs,
      hint: 'how components are is observed',
    },
  });

/** Returns why the store does not answer, by the code alone. */
async function problemOfStore(client: ObjectClient, { signal }: CallOptions): Promise<string | undefined> {
  try {
    await client.list(namespaces, { limit: 1, signal });
    return undefined;
  } catch (failure) {
    signal?.throwIfAborted();
    return failure instanceof CodedError ? failure.code : 'unknown';
  }
}

const statusOf = (name: string, startTime: string, problem: string | undefined): ComponentStatus => ({
  apiVersion: 'v1',
  kind: 'ComponentStatus',
  metadata: computedMetadata(name, startTime),
  conditions: [
    {
      ...{ type: 'Healthy', status: problem === undefined ? 'True' : 'False' },
      ...{ message: problem === undefined ? 'ok' : '', error: problem ?? '' },
    },
  ],
});
