import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { newUid } from '@ignite/toolkit/object/uid';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { eventController } from '../../tools/events/record-event.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { hostLeaseSeconds } from '../../tools/hosts/host-lease.ts';
import { registerHost } from '../../tools/hosts/register-host.ts';
import { removeHost } from '../../tools/hosts/remove-host.ts';
import { StoreAdministration } from '../../tools/store/store-administration.ts';
import type { VmPorts } from '../vm-ports.ts';
import { clearRemovedVms } from './clear-removed-vms.ts';
import { findAbandoned, removeAbandoned } from './remove-abandoned.ts';

const dir = mkdtempSync(join(tmpdir(), 'remove-abandoned-'));
after(() => rmSync(dir, { recursive: true }));

const elsewhere = new Error('it is elsewhere');
const uid = '0123456789abcdef';

/** Returns two hosts with one store, the second of which has a VM. */
async function setUp() {
  const [store, clock, paths] = [new MemoryStore(), new ManualClock(), { dataDir: dir, runDir: dir }];
  const self = { name: 'a', isAlone: false };
  const administration = new StoreAdministration(store, { paths, self });
  const { objects } = administration;
  await registerHost({ name: 'b', uid: 'uid-of-b', paths, administration, clock });
  const finalizers = ['ignite.weave.works/host'];
  const vm = sampleVm({ name: 'web', uid, spec: { hostName: 'b' } });
  await store.create({ ...vm, metadata: { ...vm.metadata, finalizers } });
  mkdirSync(vmFiles(paths, uid).dir, { recursive: true });
  const a = { objects, administration, clock, self };
  const done: string[] = [];
  const seen = { sandbox: 'running', network: 'attached' };
  const b = {
    ...{ objects, clock, paths, env: {} },
    self: { name: 'b', isAlone: false },
    runner: { run: async () => ({ stdout: '', stderr: '' }) },
    sandbox: {
      observe: async () => ({ state: seen.sandbox, pid: 1 }),
      kill: async () => void done.push('kill'),
      remove: async () => {
        done.push('remove');
        seen.sandbox = 'absent';
      },
    },
    network: {
      observe: async () => ({ state: seen.network }),
      detach: async () => {
        done.push('detach');
        seen.network = 'absent';
      },
    },
  } as unknown as VmPorts;
  const told: string[] = [];
  const clear = async (): Promise<void> =>
    await clearRemovedVms(b, {
      signal: AbortSignal.timeout(10_000),
      report: (event) => void (event.kind === 'warning' && told.push(event.message)),
    });
  return { store, clock, a, done, told, clear };
}

describe('VMs of a lost host', () => {
  test('they are removed by force once their host was removed, which says why until then', async () => {
    const { store, clock, a } = await setUp();
    await assert.rejects(findAbandoned('web', elsewhere, a), elsewhere);
    await clock.advance(hostLeaseSeconds * 1_000);
    await assert.rejects(findAbandoned('web', elsewhere, a), { code: 'VM_ELSEWHERE', hint: /may come back/ });
    await removeHost('b', a);
    const vm = await findAbandoned(uid, elsewhere, a);
    await assert.rejects(removeAbandoned(vm, { force: false }, a), { code: 'VM_HOST_LOST' });
    await removeAbandoned(vm, { force: true }, a);
    await assert.rejects(store.get({ group: 'ignite.weave.works', kind: 'VM', name: 'web' }), {
      code: 'NOT_FOUND',
    });
    await assert.rejects(findAbandoned('web', elsewhere, a), elsewhere);
  });

  test('one that others do not let go stays as it is', async () => {
    const { store, clock, a } = await setUp();
    await clock.advance(hostLeaseSeconds * 1_000);
    await removeHost('b', a);
    const { revision } = await store.list(vmKind);
    const { objects } = a.administration.admittedBy({
      mutate: async ({ object }) => object,
      check: async () => {
        throw new Error('refused');
      },
    });
    const vm = await findAbandoned(uid, elsewhere, a);
    await assert.rejects(removeAbandoned(vm, { force: true }, { objects }), { message: 'refused' });
    assert.equal((await store.list(vmKind)).revision, revision, 'nothing is written');
  });

  test('a host that renews its lease is not lost, even if somebody has deleted its object', async () => {
    const { store, clock, a } = await setUp();
    await store.delete({ group: 'ignite.weave.works', kind: 'Host', namespace: '', name: 'b' });
    await assert.rejects(findAbandoned('web', elsewhere, a), elsewhere);
    await clock.advance(hostLeaseSeconds * 1_000);
    assert.equal((await findAbandoned('web', elsewhere, a)).metadata.uid, uid);
  });

  test('a host that returns stops what it still runs of them, tells of it once, and keeps their files', async () => {
    const { clock, a, done, told, clear } = await setUp();
    await clear();
    assert.deepEqual(done, [], 'the VM is in the store');
    await clock.advance(hostLeaseSeconds * 1_000);
    await removeHost('b', a);
    await removeAbandoned(await findAbandoned('web', elsewhere, a), { force: true }, a);
    await clear();
    await clear();
    assert.deepEqual(done, ['kill', 'remove', 'detach']);
    assert.equal(told.length, 1);
    assert.match(
      told[0]!,
      /^VM "web" was removed on another host: it is stopped, and .*0123456789abcdef is kept$/,
    );
  });

  test('an event is not believed whose uid is none, or that Ignite did not report', async () => {
    const { store, done, told, clear } = await setUp();
    mkdirSync(join(dir, 'kept'), { recursive: true });
    const other = newUid();
    mkdirSync(vmFiles({ dataDir: dir, runDir: dir }, other).dir, { recursive: true });
    const claims = [
      { uid: '../kept', reportingController: eventController },
      { uid: '..', reportingController: eventController },
      { uid: '', reportingController: eventController },
      { uid: other, reportingController: 'example.org/other' },
    ];
    for (const [at, claim] of claims.entries())
      await store.create({
        ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event' },
        metadata: { name: `claim-${at}`, namespace: 'default', uid: newUid() },
        ...{ reason: 'Removed', reportingController: claim.reportingController },
        regarding: { kind: 'VM', name: 'web', uid: claim.uid },
      });
    await clear();
    assert.deepEqual([done, told], [[], []]);
    assert.ok(existsSync(join(dir, 'kept')));
  });

  test('a VM that is missing in the store although nobody has removed it keeps running', async () => {
    const { store, done, clear } = await setUp();
    const key = { group: 'ignite.weave.works', kind: 'VM', name: 'web' };
    await store.patch(key, { metadata: { finalizers: [] } });
    await store.delete(key);
    await clear();
    assert.deepEqual(done, []);
  });
});
