import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@ignite/api/client/client';
import type { CallOptions } from '@ignite/toolkit/client/object-client';
import type { SyncObject } from '@ignite/toolkit/sync/kinds';
import type { DeclaredHost } from '../../context.ts';
import { changeSync, findSync } from './syncs.ts';

test(
  'syncs: what waits for the server ends when the command is interrupted',
  { timeout: 10_000 },
  async () => {
    const abort = new AbortController();
    const silent = async ({ signal }: CallOptions = {}): Promise<never> => {
      await delay(60_000, undefined, { signal, ref: false });
      throw new Error('the server has said nothing');
    };
    const client = {
      objects: { get: async (_key: object, options?: CallOptions) => await silent(options) },
      stored: {
        list: async (_kind: object, _selector?: object, options?: CallOptions) => await silent(options),
      },
    } as unknown as Client; // all that is called
    const { signal } = abort;
    const host = { client, op: { signal, report: () => {} } } as unknown as DeclaredHost; // all that is read
    const sync = { metadata: { namespace: 'default', name: 'site' } } as SyncObject; // all that is read
    const waiting = [
      findSync(client.stored, { args: [], namespace: undefined, signal }),
      changeSync(host, sync, () => ({})),
    ];
    abort.abort();
    for (const ended of await Promise.allSettled(waiting)) assert.equal(ended.status, 'rejected');
  },
);
