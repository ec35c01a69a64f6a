import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AdmittingClient } from '@ignite/api/client/admitting-client';
import { kinds as hostKinds } from '@ignite/api/kinds';
import { ServedDefinitions } from '@ignite/apiserver/custom-resource/served-definitions';
import { apiKinds } from '@ignite/apiserver/server/api-kinds';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { makeToken } from '@ignite/apiserver/authentication/token-file/stored-token';
import { TokenFile } from '@ignite/apiserver/authentication/token-file/token-file';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { hubOf } from '@ignite/toolkit/scheme/kind';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { ApiTrust } from './api-trust.ts';
import { serveApiService } from './api-service.ts';

/** A request as it is sent to the socket of an API. */
export interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

export interface Answered {
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly content: Readonly<Record<string, unknown>>;
}

/** Where kubectl is, if it is anywhere. */
export const kubectlPath: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((dir) => join(dir, 'kubectl'))
  .find((path) => existsSync(path));

/** Kinds that are served besides those of every host. */
export interface Further {
  readonly kinds: readonly ServedKind[];
  readonly resources: readonly ServedResource[];
  /** Kinds that are not served, whose objects may be there nevertheless. */
  readonly unserved?: readonly ServedKind[];
}

/** The API of a host as ignited serves it, on a socket and at an address, over a store in memory. */
export async function openServedApi(
  trust: ApiTrust = {},
  further: Further = { kinds: [], resources: [] },
  engineOf?: (store: MemoryStore, dir: string) => AdmittingClient,
) {
  const dir = await mkdtemp(join(tmpdir(), 'served-api-'));
  const store = new MemoryStore();
  const definitions = new ServedDefinitions();
  const stop = new AbortController();
  const socket = join(dir, 'api.sock');
  const logged: unknown[] = [];
  const fixed = [...hostKinds, ...coreKinds, ...accessKinds]
    .filter((kind) => hubOf(kind).inert === undefined)
    .map(servedKindOf);
  const { unserved = [] } = further;
  const client = new StoreObjectClient(store, () => [
    ...fixed,
    ...further.kinds,
    ...apiKinds(definitions),
    ...unserved,
  ]);
  const api = await serveApiService(
    {
      client,
      ...(engineOf && { engine: engineOf(store, dir) }),
      definitions,
      further: further.resources,
      unserved,
      self: { name: 'one', isAlone: true },
      socket,
      address: { host: '127.0.0.1', port: 0 },
      dir,
      trust,
      log: (...event) => logged.push(event),
    },
    stop.signal,
  );
  const ask = async (asked: Asked): Promise<Answered> => await answerOf(socket, asked);
  return {
    dir,
    socket,
    client,
    logged,
    ask,
    /** Makes a token for a user, as root may. */
    tokenOf: async (user: string, groups: readonly string[] = [], ttlMs?: number): Promise<string> => {
      const made = makeToken({ name: user, user, groups, createdAtMs: Date.now(), ttlMs });
      await new TokenFile(dir).add(made.stored, stop.signal);
      return made.text;
    },
    /** Runs kubectl as the administrator, and returns all that it says. */
    kubectl: async (...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> =>
      await said([`--kubeconfig=${join(dir, 'kubeconfig')}`, `--cache-dir=${join(dir, 'cache')}`, ...args]),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await api.ended;
      await api[Symbol.asyncDispose]();
      store[Symbol.dispose]();
      await rm(dir, { recursive: true });
    },
  };
}

async function answerOf(socketPath: string, asked: Asked): Promise<Answered> {
  const { path, method = 'GET', token, headers = {}, body } = asked;
  const sent = request({
    socketPath,
    path,
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const content = await text(answer);
  const isJson = answer.headers['content-type'] === 'application/json';
  return {
    code: answer.statusCode ?? 0,
    headers: answer.headers,
    content: isJson ? (JSON.parse(content) as Answered['content']) : { text: content },
  };
}

async function said(args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const { promise, resolve } = Promise.withResolvers<{ readonly code: number; readonly text: string }>();
  execFile(kubectlPath!, [...args], { timeout: 60_000 }, (failure, stdout, stderr) =>
    resolve({ code: failure ? Number(failure.code ?? 1) : 0, text: stdout + stderr }),
  );
  return await promise;
}
