import type { AddressInfo } from 'node:net';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { AuditEvent } from '../audit/audit-event.ts';
import { defaultPolicy } from '../audit/audit-policy.ts';
import type { Authorizer } from '../request/access.ts';
import { apiKinds } from './api-kinds.ts';
import { endpointSliceResource } from '../services/endpoint-slice.ts';
import { serviceResource } from '../services/service.ts';
import { builtInResourceOf } from '../resource/served-resource-of.ts';
import { serveApi } from './serve-api.ts';
import { admissionKinds } from '../admission/admission-kinds.ts';
import { Admissions } from '../admission/admissions.ts';
import { definitionResource } from '../custom-resource/definition/definition-kind.ts';
import { ServedDefinitions } from '../custom-resource/served-definitions.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface DefiningApiOptions {
  readonly authorizer?: Authorizer;
  /** Takes what is recorded of requests. */
  readonly audited?: (event: AuditEvent) => void;
}

const allowing: Authorizer = { authorize: async () => ({ isAllowed: true, reason: '' }) };

/** An API that serves the kinds that its own objects define. */
export async function openDefiningApi({ authorizer = allowing, audited }: DefiningApiOptions = {}) {
  const ending = new AbortController();
  const store = new MemoryStore();
  const definitions = new ServedDefinitions();
  const fixed = coreKinds.map(servedKindOf);
  const client = new StoreObjectClient(store, () => [...fixed, ...apiKinds(definitions)]);
  const builtIn = [
    definitionResource,
    ...[...coreKinds, ...admissionKinds].map(builtInResourceOf),
    ...[serviceResource, endpointSliceResource],
  ];
  const running = definitions.run({ client, builtIn, clock: systemClock, log: () => {} }, ending.signal);
  const resources = () => [...builtIn, ...definitions.resources];
  const work = { client, clock: systemClock, log: () => {} };
  const admission = new Admissions({ ...work, authorizer, served: resources });
  const admitting = admission.run(ending.signal);
  const api = await serveApi(
    {
      client,
      resources,
      admission,
      authenticator: { authenticate: async () => ({ name: 'gardener', groups: [] }) },
      authorizer,
      ...(audited && { audit: { policy: defaultPolicy, write: async (event) => audited(event) } }),
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
