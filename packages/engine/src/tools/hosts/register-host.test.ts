import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { hostKind } from '@ignite/api/v1/host';
import { hostResource } from '@ignite/api/v1/resources/host';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { KindStore } from '@ignite/toolkit/store/kind-store';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { hostLeaseSeconds } from './host-lease.ts';
import { listHosts } from './list-hosts.ts';
import { registerHost, renewHostLease } from './register-host.ts';

const { signal } = new AbortController();
const setUp = () => {
  const clock = new ManualClock();
  const paths = { dataDir: tmpdir(), runDir: tmpdir() };
  return { name: 'a', igniteVersion: '1.0.0', paths, store: new MemoryStore(), clock };
};

test('registerHost: the host is stored with what it has, and keeps what others wish of it', async () => {
  const host = setUp();
  const { status, metadata } = await registerHost(host, signal);
  assert.equal(metadata.labels['kubernetes.io/hostname'], 'a');
  assert.ok(status.capacity.cpus > 0 && status.capacity.memory > 0 && status.capacity.diskSize > 0);
  await new KindStore(host.store, hostKind).modify({ namespace: '', name: 'a' }, (now) => ({
    ...now,
    spec: { unschedulable: true },
  }));
  const again = await registerHost({ ...host, igniteVersion: '2.0.0' }, signal);
  assert.equal(again.spec.unschedulable, true);
  assert.equal(again.status.versions.ignite, '2.0.0');
  assert.equal(again.metadata.uid, metadata.uid);
});

test('listHosts: a host is ready for as long as it renews its lease, and unknown afterwards', async () => {
  const host = setUp();
  const textNow = async (): Promise<string | undefined> =>
    (await listHosts(host.store, host.clock.now())).map(hostResource.summary)[0];
  await registerHost(host, signal);
  assert.equal(await textNow(), 'Ready');
  await host.clock.advance((hostLeaseSeconds - 1) * 1_000);
  await renewHostLease(host, signal);
  await host.clock.advance((hostLeaseSeconds - 1) * 1_000);
  assert.equal(await textNow(), 'Ready');
  await host.clock.advance(1_000);
  assert.equal(await textNow(), 'Unknown');
});
