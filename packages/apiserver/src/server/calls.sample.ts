import type { Client } from '@ignite/api/client/client';
import { CallLines } from '@ignite/api/remote/call-lines';
import { callsPath, callsProtocol } from '@ignite/api/remote/messages';
import { remoteClient } from '@ignite/api/remote/remote-client';
import { dialLine } from '@ignite/toolkit/client/over-http/dial-line';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { AccessRequest } from '../request/access-request.ts';
import type { ApiOptions } from './api-handler.ts';
import { serveGarden } from './api-server.sample.ts';

/** What is called of a client in a test. */
export type CalledParts = {
  readonly [Part in keyof Client]?: Partial<Client[Part]>;
};

/** Serves the calls of a client, and returns one that makes them from afar, as a user who may do what `may` says. */
export async function serveCalls(
  parts: CalledParts,
  may: (request: AccessRequest) => boolean = () => true,
  token?: string,
  changed: Partial<ApiOptions> = {},
) {
  const client = parts as Client; // the tests call nothing else
  const server = await serveGarden(new MemoryStore(), {
    authenticator: {
      authenticate: async ({ headers }) =>
        headers.authorization === 'Bearer wrong' ? undefined : { name: 'jane', groups: [] },
    },
    calls: {
      clientFor: () => client,
      may: async (_user, request) => ({ isAllowed: may(request), reason: '' }),
    },
    ...changed,
  });
  const access = { url: server.url, ...(token !== undefined && { token: async () => token }) };
  const dial = async (signal = new AbortController().signal) =>
    await dialLine(access, { path: callsPath, protocol: callsProtocol }, signal);
  const lines = new CallLines(dial);
  const copies = { copyIn: async () => {}, copyOut: async () => {} };
  const far = remoteClient({ lines, objects: server.client, copies });
  return {
    far,
    lines,
    dial,
    server,
    [Symbol.asyncDispose]: async () => {
      lines[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
