import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { BearerAuthenticator } from './bearer-authenticator.ts';
import { openServiceAccountKeys } from './service-account/service-account-keys.ts';
import { ServiceAccountTokens } from './service-account/service-account-tokens.ts';
import { TokenFile } from './token-file/token-file.ts';
import { TokenFileAuthenticator } from './token-file/token-file-authenticator.ts';

/** A request as far as authenticators look at it. */
export const requestWith = (authorization?: string): IncomingMessage =>
  ({
    headers: authorization === undefined ? {} : { authorization },
    socket: new Socket(),
  }) as IncomingMessage;

/** All that gives out tokens and takes them, over a store and a folder of its own. */
export async function openTokens() {
  const dir = await mkdtemp(join(tmpdir(), 'tokens-'));
  const store = new MemoryStore();
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const client = new StoreObjectClient(store, [...coreKinds, ...accessKinds].map(servedKindOf));
  const keys = await openServiceAccountKeys(dir, signal);
  const tokens = new ServiceAccountTokens({ keys, issuer: 'https://ignite.example', client, clock });
  const file = new TokenFile(dir);
  return {
    dir,
    clock,
    client,
    signal,
    keys,
    tokens,
    file,
    bearer: new BearerAuthenticator([new TokenFileAuthenticator(file, clock), tokens]),
    account: async (name: string) =>
      await client.create(
        { group: '', version: 'v1', resource: 'serviceaccounts' },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'home', name } },
      ),
    [Symbol.asyncDispose]: async () => {
      store[Symbol.dispose]();
      await rm(dir, { recursive: true });
    },
  };
}
