import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { TlsCredentials } from '../certificates/certificate-folder.ts';
import type { Connector } from '../resource/connector.ts';
import { builtInResourceOf } from '../resource/served-resource-of.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { tableColumns } from '../resource/table-column.ts';
import type { ApiOptions } from './api-handler.ts';
import { serveGarden } from './api-server.sample.ts';

const pods: ServedKind = {
  ...{ group: '', version: 'v1', resource: 'pods', kind: 'Pod', isNamespaced: true },
  hasStatus: false,
};

const podResource = (connectors: Readonly<Record<string, Connector>>): ServedResource => ({
  ...{ ...pods, connectors, singular: 'pod', shortNames: ['po'], categories: [], subresources: [] },
  selectableFields: [],
  columns: tableColumns([]),
  schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  unknownFields: () => [],
});

/** Serves the pod `web` in the namespace `default`, to whose parts clients can connect. */
export async function servePod(
  connectors: Readonly<Record<string, Connector>>,
  changed: Partial<ApiOptions> = {},
  tls?: TlsCredentials,
) {
  const store = new MemoryStore();
  const client = new StoreObjectClient(store, [pods, ...coreKinds.map(servedKindOf)]);
  const metadata = { name: 'default' };
  await client.create(
    { group: '', version: 'v1', resource: 'namespaces' },
    { apiVersion: 'v1', kind: 'Namespace', metadata },
  );
  await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'vm', stdin: true }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'vm', state: { running: {} } }] },
  });
  const resources = [...coreKinds.map(builtInResourceOf), podResource(connectors)];
  return await serveGarden(store, { client, resources: () => resources, ...changed }, tls);
}

export const podPath = '/api/v1/namespaces/default/pods/web';
