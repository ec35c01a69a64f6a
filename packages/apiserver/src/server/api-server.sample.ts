import type { AddressInfo } from 'node:net';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { pots, sheds } from '@ignite/toolkit/client/garden.sample';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import type { TlsCredentials } from '../certificates/certificate-folder.ts';
import { builtInResourceOf } from '../resource/served-resource-of.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { tableColumns } from '../resource/table-column.ts';
import { ViewedClient } from '../views/viewed-client.ts';
import type { ApiOptions } from './api-handler.ts';
import { type ServedApi, serveApi } from './serve-api.ts';

/** A server of a garden, for tests. */
export interface GardenServer extends AsyncDisposable {
  readonly url: string;
  /** Reads and writes past the server. */
  readonly direct: ObjectClient;
  readonly client: HttpObjectClient;
  readonly served: ServedApi;
}

const gardenResource = ({ selectableFields = [], hasStatus, ...kind }: ServedKind): ServedResource => ({
  ...kind,
  singular: kind.kind.toLowerCase(),
  shortNames: [kind.kind[0]!.toLowerCase()],
  categories: kind.kind === 'Pot' ? ['all'] : [],
  subresources: hasStatus ? ['status'] : [],
  selectableFields,
  columns: tableColumns([
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'SIZE', cell: ({ spec }) => String((spec as { readonly size: number }).size), wide: true },
  ]),
  schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  unknownFields: ({ spec }) => (Object.hasOwn(spec ?? {}, 'unknown') ? [['spec', 'unknown']] : []),
});

/** Serves a garden that is in a store, which is closed with it. Everybody may do everything. With credentials it has TLS. */
export async function serveGarden(
  store: ObjectStore,
  changed: Partial<ApiOptions> = {},
  tls?: TlsCredentials,
): Promise<GardenServer> {
  const direct = new StoreObjectClient(store, [pots, sheds, ...coreKinds.map(servedKindOf)]);
  const garden = [...coreKinds.map(builtInResourceOf), gardenResource(pots), gardenResource(sheds)];
  const resources = changed.resources ?? (() => garden);
  const options: ApiOptions = {
    client: new ViewedClient(direct, resources()),
    resources,
    authenticator: { authenticate: async () => ({ name: 'gardener', groups: [] }) },
    authorizer: { authorize: async () => ({ isAllowed: true, reason: 'a test' }) },
    checks: [],
    product: 'garden',
    log: () => {},
    ...changed,
  };
  const served = await serveApi(options, { host: '127.0.0.1', port: 0, ...(tls && { tls }) });
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${(served.server.address() as AddressInfo).port}`;
  const client = new HttpObjectClient({ url, ...(tls && { tls: { ca: tls.ca } }) });
  return {
    url,
    direct,
    client,
    served,
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]();
      await served[Symbol.asyncDispose]();
      store[Symbol.dispose]();
    },
  };
}
