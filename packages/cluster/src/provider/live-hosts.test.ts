import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { Informer } from '@ignite/toolkit/controller/informer';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { storedLease } from '@ignite/toolkit/core/resources/lease';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { LiveHosts, hostLeaseLabel } from './live-hosts.ts';

test('a host is alive while it renews its lease, whatever its clock says, and other leases are of no hosts', async () => {
  const store = new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));
  const leases = new KindClient(store, storedLease);
  const clock = new ManualClock();
  const stop = new AbortController();
  const informer = new Informer(leases, clock, () => {});
  const hosts = new LiveHosts(informer, clock);
  const names = (): readonly string[] => [...hosts.names()].toSorted();
  const spec = { leaseDurationSeconds: 40, holderIdentity: 'h' };
  const create = async (name: string, labels: Readonly<Record<string, string>>, more: object = {}) =>
    await leases.create({
      metadata: { namespace: 'ignite-system', name, labels },
      spec: { ...spec, renewTime: '1999-01-01T00:00:00.000000Z', ...more },
    });
  for (const name of ['north', 'south']) await create(name, { [hostLeaseLabel]: '' });
  await create('gone', { [hostLeaseLabel]: '' }, { holderIdentity: undefined });
  await create('manager', {});
  const following = informer.run(stop.signal);
  await informer.synced;
  assert.deepEqual(names(), ['north', 'south']);
  await clock.advance(30_000);
  const renewTime = '1999-01-01T00:00:30.000000Z';
  const now = await leases.get({ namespace: 'ignite-system', name: 'north' });
  await leases.update({ ...now, spec: { ...now.spec, renewTime } });
  await clock.advance(20_000);
  assert.deepEqual(names(), ['north']);
  await clock.advance(20_000);
  assert.deepEqual(names(), []);
  stop.abort();
  await following;
});
