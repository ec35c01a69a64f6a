import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { makeCertificate } from '@ignite/toolkit/certificates/sign-certificate';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { Cluster } from '../kinds/cluster.ts';
import { ensureKeys, ensureKubeconfig, newAuthority, readKeysFor } from './cluster-secrets.ts';
import { RemoteClusters } from './remote-clusters.ts';
import { certificateEndMs } from './server-certificate.ts';

const { signal } = new AbortController();
const place = { namespace: 'default', clusterName: 'dev' };
const owner = { apiVersion: 'a.example/v1', kind: 'Pot', name: 'dev', uid: 'u', controller: true };
const cluster = { metadata: { namespace: 'default', name: 'dev', uid: 'dev' } } as Cluster;

test('RemoteClusters: all who ask at once share a connection, which ends with its cluster', async () => {
  const client = new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));
  const making = { owner, nowMs: Date.now(), isEtcdExternal: true };
  await ensureKeys(client, place, making, signal);
  const ca = (await readKeysFor(client, place, 'ca', signal))!;
  const notAfter = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 3_600_000);
  const served = makeCertificate(
    {
      ...{ subject: { name: 'server' }, use: { type: 'server', names: ['127.0.0.1'] } },
      ...{ notBefore: new Date(Date.now() - 60_000), notAfter },
    },
    { certificate: ca.certificate, privateKey: createPrivateKey(ca.key) },
  );
  const key = served.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ key, cert: served.certificate }, (_, answer) => answer.end('{}'));
  const sockets: Socket[] = [];
  server.on('secureConnection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await ensureKubeconfig(client, { ...place, endpoint: { host: '127.0.0.1', port } }, making, signal);
    using remote = new RemoteClusters(client, new ManualClock());
    const asked = await Promise.all(Array.from({ length: 5 }, async () => await remote.of(cluster, signal)));
    assert.ok(asked[0]);
    assert.equal(new Set(asked).size, 1);
    const at = { host: '127.0.0.1', port };
    assert.equal(await asked[0].certificateEndMs(at, signal), notAfter.getTime());
    assert.equal(
      await certificateEndMs(at, newAuthority('other', Date.now()).certificate, signal),
      undefined,
      'of another authority',
    );
    const ended = Promise.all(sockets.map(async (socket) => await once(socket, 'close')));
    remote.forget(cluster);
    await ended;
    assert.notEqual(await remote.of(cluster, signal), asked[0]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
