import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { serveApiAddress } from './api-address.ts';

const dayMs = 24 * 3_600_000;

/** Returns the fingerprint of the certificate that a server shows, and checks it by an authority. */
async function shownBy(port: number, ca: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

test('certificates are renewed before they end, for new connections and in the kubeconfig', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'api-renewal-'));
  let earlierMs = 300 * dayMs;
  const clock = { ...systemClock, now: () => Date.now() - earlierMs };
  using store = new MemoryStore();
  const { signal } = new AbortController();
  const api = {
    client: new StoreObjectClient(store, []),
    resources: () => [],
    authenticator: { authenticate: async () => undefined },
    authorizer: { authorize: async () => ({ isAllowed: false, reason: '' }) },
    checks: [],
    product: 'test',
    log: () => {},
  };
  try {
    await using served = await serveApiAddress(
      { api, address: { host: '127.0.0.1', port: 0 }, dir, clock },
      signal,
    );
    const { port } = served.server.address() as AddressInfo;
    const ca = await readFile(join(dir, 'authorities.pem'), 'utf8');
    const kubeconfig = async (): Promise<string> => await readFile(join(dir, 'kubeconfig'), 'utf8');
    const first = { shown: await shownBy(port, ca), kubeconfig: await kubeconfig() };
    await served.renew(signal);
    assert.equal(await shownBy(port, ca), first.shown, 'it is good for long enough');
    assert.notEqual(
      await kubeconfig(),
      first.kubeconfig,
      'that of the administrator is made anew every time',
    );
    earlierMs = 0;
    await served.renew(signal);
    assert.notEqual(await shownBy(port, ca), first.shown);
  } finally {
    await rm(dir, { recursive: true });
  }
});
