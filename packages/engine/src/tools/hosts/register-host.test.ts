import { hostKind } from '@ignite/api/v1/object-kinds';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ThisHost } from '../host/this-host.ts';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { hostResource } from '@ignite/api/v1/resources/host';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { objectProblem } from '../store/object-problem.ts';
import { StoreAdministration } from '../store/store-administration.ts';
import { hostLeaseSeconds } from './host-lease.ts';
import { listHosts } from './list-hosts.ts';
import { claimHost, registerHost, renewHostLease } from './register-host.ts';

const setUp = (store = new MemoryStore()) => {
  const paths = { dataDir: tmpdir(), runDir: tmpdir() };
  const administration = new StoreAdministration(store, { paths, self: { name: 'a', isAlone: false } });
  return { name: 'a', uid: 'uid-of-a', paths, store, administration, clock: new ManualClock() };
};

test('registerHost: the host is stored with what it has, and keeps what others wish of it', async () => {
  const host = setUp();
  const { status, metadata } = await registerHost(host);
  assert.deepEqual([metadata.uid, metadata.labels['kubernetes.io/hostname']], ['uid-of-a', 'a']);
  assert.ok(status.capacity.cpus > 0 && status.capacity.memory > 0 && status.capacity.diskSize > 0);
  const key = { ...hostKind, namespace: '', name: 'a' };
  await host.store.patch(key, { spec: { unschedulable: true }, status: { addresses: [] } });
  const again = await registerHost(host);
  assert.deepEqual(
    [again.spec.unschedulable, again.status.addresses, again.metadata.uid],
    [true, status.addresses, 'uid-of-a'],
  );
});

test('a name belongs to the host that was first; whoever else has it may do nothing', async () => {
  const host = setUp();
  await claimHost(host);
  await claimHost(host);
  const other = { ...host, uid: 'uid-of-another' };
  await assert.rejects(claimHost(other), { code: 'HOST_NAME_TAKEN' });
  await assert.rejects(registerHost(other), { code: 'HOST_NAME_TAKEN' });
});

test('claimHost: a host mends its own damaged record, and nobody else does', async () => {
  const host = { ...setUp(new MemoryStore({ problemOf: objectProblem })), uid: '0123456789abcdef' };
  const { store } = host;
  assert.equal(await claimHost(host), true);
  const key = { ...hostKind, namespace: '', name: 'a' };
  await store.patch(key, { status: { addresses: null } });
  await assert.rejects(claimHost({ ...host, uid: 'uid-of-another' }), { code: 'OBJECT_BROKEN' });
  assert.equal(await claimHost(host), false);
  const { metadata } = await store.get(key);
  assert.deepEqual([metadata.uid, metadata.labels['kubernetes.io/hostname']], [host.uid, 'a']);
});

test('claimHost: a new host does not get the VMs of a lost one of its name; the one that has their files does', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'claim-host-'));
  const host = { ...setUp(), paths: { dataDir, runDir: dataDir } };
  const image = { digest: 'sha256:0', bootMode: 'init' } as const;
  await host.store.create(sampleVm({ name: 'new', uid: 'u1', spec: { hostName: 'a' } }));
  assert.equal(await claimHost(host), true, 'a VM that nobody has made is nobody’s');
  await host.store.delete({ ...hostKind, namespace: '', name: 'a' });
  await host.store.create(sampleVm({ name: 'web', uid: 'u2', spec: { hostName: 'a' }, status: { image } }));
  await assert.rejects(claimHost(host), { code: 'HOST_NAME_TAKEN', message: /VMs of an earlier host/ });
  mkdirSync(join(dataDir, 'vms/u2'), { recursive: true });
  assert.equal(await claimHost(host), true);
  rmSync(dataDir, { recursive: true });
});

test('listHosts: a host is ready for as long as it renews its lease, and unknown otherwise', async () => {
  const host = setUp();
  const seenFrom = (self: ThisHost) =>
    listHosts({ objects: host.administration.objects, self }, host.clock.now());
  const textNow = async (): Promise<string | undefined> =>
    (await seenFrom({ name: 'other', isAlone: false })).map(hostResource.summary)[0];
  await claimHost(host);
  assert.equal(await textNow(), 'Unknown');
  await registerHost(host);
  assert.equal(await textNow(), 'Ready');
  await host.clock.advance((hostLeaseSeconds - 1) * 1_000);
  await renewHostLease(host);
  await host.clock.advance((hostLeaseSeconds - 1) * 1_000);
  assert.equal(await textNow(), 'Ready');
  await host.clock.advance(1_000);
  assert.equal(await textNow(), 'Unknown');
  const [own] = await seenFrom({ name: host.name, isAlone: true });
  assert.equal(own && hostResource.summary(own), 'Ready'); // nobody else could tell
});
