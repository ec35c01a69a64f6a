import type { AddressInfo } from 'node:net';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { apiKinds } from './api-kinds.ts';
import { endpointSliceResource } from '../services/endpoint-slice.ts';
import { serviceResource } from '../services/service.ts';
import { builtInResourceOf } from '../resource/served-resource-of.ts';
import { serveApi } from './serve-api.ts';
import { admissionKinds } from '../admission/admission-kinds.ts';
import { WebhookAdmissions } from '../admission/webhook-admissions.ts';
import { definitionResource } from '../custom-resource/definition/definition-kind.ts';
import { ServedDefinitions } from '../custom-resource/served-definitions.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** An API that serves the kinds that its own objects define. */
export async function openDefiningApi() {
  const ending = new AbortController();
  const store = new MemoryStore();
  const definitions = new ServedDefinitions();
  const fixed = coreKinds.map(servedKindOf);
  const client = new StoreObjectClient(store, () => [...fixed, ...apiKinds(definitions)]);
  const running = definitions.run({ client, clock: systemClock, log: () => {} }, ending.signal);
  const builtIn = [
    definitionResource,
    ...[...coreKinds, ...admissionKinds].map(builtInResourceOf),
    ...[serviceResource, endpointSliceResource],
  ];
  const resources = () => [...builtIn, ...definitions.resources];
  const admission = new WebhookAdmissions({ client, served: resources, clock: systemClock, log: () => {} });
  const admitting = admission.run(ending.signal);
  const api = await serveApi(
    {
      client,
      resources,
      admission,
      authenticator: { authenticate: async () => ({ name: 'gardener', groups: [] }) },
      authorizer: { authorize: async () => ({ isAllowed: true, reason: '' }) },
      checks: [],
      product: 'garden',
      log: () => {},
    },
    { host: '127.0.0.1', port: 0 },
  );
  await client.create(
    { group: '', version: 'v1', resource: 'namespaces' },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } },
  );
  const url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
  const ask = async (path: string, method = 'GET', body?: object, type = 'application/json') => {
    const init = { method, headers: { 'content-type': type } };
    const answer = await fetch(url + path, body ? { ...init, body: JSON.stringify(body) } : init);
    return { code: answer.status, json: (await answer.json()) as Fields };
  };
  const close = async (): Promise<void> => {
    await api[Symbol.asyncDispose]();
    ending.abort();
    await Promise.all([running, admitting]);
    store[Symbol.dispose]();
  };
  return { ask, client, url, [Symbol.asyncDispose]: close };
}
