import { type IncomingMessage, Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { kinds } from '@ignite/api/kinds';
import { admissionKinds } from '@ignite/apiserver/admission/admission-kinds';
import { definitionResource } from '@ignite/apiserver/custom-resource/definition/definition-kind';
import { ServedDefinitions } from '@ignite/apiserver/custom-resource/served-definitions';
import {
  builtInResourceOf,
  coreResourceOf,
  servedResourceOf,
} from '@ignite/apiserver/resource/served-resource-of';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { apiKinds } from '@ignite/apiserver/server/api-kinds';
import { serveApi } from '@ignite/apiserver/server/serve-api';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { Log } from '@ignite/toolkit/log/log';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { definedPots } from './defined-pots.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly code: number;
  readonly type: string;
  readonly text: string;
}

/** The API of all stored kinds and of one that is defined, over an empty store in memory. Everybody may do everything. */
export interface ServedApi extends AsyncDisposable {
  readonly client: ObjectClient;
  readonly resources: () => readonly ServedResource[];
  /** What the server has logged as errors. */
  readonly errors: readonly string[];
  readonly ask: (request: ApiRequest) => Promise<ApiAnswer>;
}

const fixed = [...kinds, ...coreKinds, ...accessKinds];
const builtIn = [
  ...kinds.map(servedResourceOf),
  ...[...coreKinds, ...accessKinds].map(coreResourceOf),
  ...admissionKinds.map(builtInResourceOf),
  definitionResource,
];
/** A request that takes longer counts as one that hangs. */
const hangMs = 50_000;
/** How long watches are listened to. */
const listenMs = 5;

export async function serveFuzzedApi(): Promise<ServedApi> {
  const store = new MemoryStore();
  const definitions = new ServedDefinitions();
  const served = fixed.map(servedKindOf);
  const client = new StoreObjectClient(store, () => [...served, ...apiKinds(definitions)]);
  const resources = (): readonly ServedResource[] => [...builtIn, ...definitions.resources];
  const errors: string[] = [];
  const log: Log = (level, message, fields = {}) => {
    if (level === 'error') errors.push(`${message} ${JSON.stringify(fields)}`);
  };
  const ending = new AbortController();
  const running = definitions.run({ client, builtIn, clock: systemClock, log }, ending.signal);
  const api = await serveApi(
    {
      ...{ client, resources, log, checks: [], product: 'fuzzed' },
      authenticator: { authenticate: async () => ({ name: 'fuzz', groups: ['system:masters'] }) },
      authorizer: { authorize: async () => ({ isAllowed: true, reason: '' }) },
    },
    { host: '127.0.0.1', port: 0 },
  );
  const agent = new Agent({ keepAlive: true });
  const { port } = api.server.address() as AddressInfo;
  const metadata = { name: 'home' };
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  await client.create(definedPots.resource, definedPots.definition);
  while (definitions.resources.length === 0) await delay(1);
  return {
    ...{ client, resources, errors },
    ask: async (request) => await answered(agent, port, request),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      ending.abort();
      await api[Symbol.asyncDispose]();
      await running;
      store[Symbol.dispose]();
    },
  };
}

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };

async function answered(
  agent: Agent,
  port: number,
  { method, path, headers, body }: ApiRequest,
): Promise<ApiAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const signal = AbortSignal.timeout(hangMs);
  // Node sends the body of a DELETE without its length.
  const whole = { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) };
  const sent = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers: whole, signal });
  sent.once('response', resolve).once('error', reject).end(body);
  const answer = await promise;
  const { statusCode: code = 0 } = answer;
  const type = answer.headers['content-type'] ?? '';
  if (code === 200 && answer.headers['content-length'] === undefined && method === 'GET')
    return { code, type, text: await begun(answer) };
  return { code, type, text: await text(answer) };
}

/** Returns what a watch says at its beginning. */
async function begun(watch: IncomingMessage): Promise<string> {
  let said = '';
  watch.setEncoding('utf8').on('data', (part: string) => (said += part));
  watch.on('error', () => {}); // it is ended here
  await delay(listenMs);
  watch.destroy();
  return said;
}
