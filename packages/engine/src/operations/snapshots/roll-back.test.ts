import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { AdmittedClient } from '@ignite/toolkit/client/admitted-client';
import { newUid } from '@ignite/toolkit/object/uid';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../../tools/host/arch.ts';
import { kernelDir, snapshotDir, vmFiles } from '../../tools/host/paths.ts';
import { kernelsIn, snapshotsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { wishAdmission } from '../../tools/store/wish-admission.ts';
import { type World, uid, worldOf } from '../../vm/lifecycle/world.sample.ts';
import { ensureVmSource, placeSnapshot } from '../../vm/steps/place-snapshot.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { rollBack } from './roll-back.ts';

const op = { signal: new AbortController().signal, report: () => {} };

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'roll-back-'))));
afterEach(() => rmSync(dir, { recursive: true }));

interface Prepared {
  readonly host: VmPorts;
  readonly world: World;
  readonly vm: Vm;
  readonly snapshot: Snapshot;
  readonly files: ReturnType<typeof vmFiles>;
}

/** Returns a VM with a disk, and a snapshot of its disk before that. `copies` tells whether disks can be copied. */
async function prepare({
  copies = true,
  holds = 'Disk',
}: { readonly copies?: boolean; readonly holds?: 'Disk' | 'Machine' } = {}): Promise<Prepared> {
  const { host: without, world } = await worldOf(() => 0.5, dir);
  world.faults = 0;
  const run: VmPorts['runner']['run'] = async (command, signal) => {
    if (command.tool !== 'cp') return await without.runner.run(command, signal);
    if (!copies) throw new Error('no space');
    execFileSync('cp', command.args.slice(-2));
    return { stdout: '', stderr: '' };
  };
  const host = { ...without, runner: { ...without.runner, run } } as VmPorts;
  const vm = (await vmsIn(host.objects).findByUid(uid))!;
  for (const id of ['k', 'old'])
    await kernelsIn(host.objects).create({
      metadata: { name: id, uid: newUid() },
      spec: {},
      status: { id, version: '1', arch: hostArch, size: bytes(1) },
    });
  const snapshot = await snapshotsIn(host.objects).create({
    metadata: {
      namespace: vm.metadata.namespace,
      name: 'before',
      uid: 'fedcba9876543210',
      labels: {},
      annotations: {},
      finalizers: ['ignite.weave.works/snapshot'],
    },
    spec: { vmName: 'web' },
    status: {
      vmUid: uid,
      vmSpec: vm.spec,
      arch: hostArch,
      image: vm.status.image!,
      kernel: { id: 'old', version: '1' },
      holds,
      size: 1,
    },
  } as never);
  cpSync(kernelDir(host.paths, 'k'), kernelDir(host.paths, 'old'), { recursive: true });
  const files = vmFiles(host.paths, uid);
  mkdirSync(files.dir, { recursive: true });
  writeFileSync(files.disk, 'today');
  const kept = snapshotDir(host.paths, snapshot.metadata.uid);
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, 'root.qcow2'), 'before');
  return { host, world, vm, snapshot, files };
}

const diskOf = ({ files }: Prepared): string => readFileSync(files.disk, 'utf8');

test('rollBack: the VM has the disk of the snapshot, and nothing is left of the other one', async () => {
  const prepared = await prepare();
  const { host, vm, snapshot, files } = prepared;
  assert.equal((await rollBack(vm, snapshot, host, op)).status.phase, 'Running');
  assert.equal(diskOf(prepared), 'before');
  assert.ok(!existsSync(files.diskBefore));
});

test('rollBack: a snapshot that is being removed costs no disk', async () => {
  const prepared = await prepare();
  const { host, vm, snapshot } = prepared;
  await snapshotsIn(host.objects).delete(snapshot.metadata);
  await assert.rejects(rollBack(vm, snapshot, host, op), { code: 'SNAPSHOT_NOT_FOUND' });
  assert.equal(diskOf(prepared), 'today');
  assert.equal((await vmsIn(host.objects).findByUid(uid))?.spec.source, undefined);
});

test('rollBack: a VM whose rollback others refuse goes on', async () => {
  const { host, world, vm, snapshot } = await prepare();
  world.sandbox = { state: 'running', pid: process.pid };
  const admission = wishAdmission({
    mutate: async ({ object }) => object,
    check: async () => {
      throw new Error('refused');
    },
  });
  const admitted = { ...host, objects: new AdmittedClient(host.objects, admission) };
  await assert.rejects(rollBack(vm, snapshot, admitted, op), { message: 'refused' });
  assert.equal(world.sandbox.state, 'running');
});

test('rollBack: a snapshot whose files are gone costs no disk', async () => {
  const prepared = await prepare();
  const { host, vm, snapshot } = prepared;
  rmSync(snapshotDir(host.paths, snapshot.metadata.uid), { recursive: true });
  await assert.rejects(rollBack(vm, snapshot, host, op), { code: 'SNAPSHOT_UNFIT' });
  assert.equal(diskOf(prepared), 'today');
});

test('rollBack: a rollback that fails later brings back the disk, the spec and the kernel of today', async () => {
  const prepared = await prepare({ copies: false });
  const { host, vm, snapshot, files } = prepared;
  await assert.rejects(rollBack(vm, snapshot, host, op), /no space/);
  assert.equal(diskOf(prepared), 'today');
  assert.ok(!existsSync(files.diskBefore) && !existsSync(files.savedState));
  const now = (await vmsIn(host.objects).findByUid(uid))!;
  assert.equal(now.spec.source, undefined);
  assert.deepEqual(now.status.kernel, vm.status.kernel);
});

test('rollBack: a state that cannot be read costs no disk, and one that does not fit neither', async () => {
  const prepared = await prepare({ holds: 'Machine' });
  const { host, vm, snapshot, files } = prepared;
  await assert.rejects(rollBack(vm, snapshot, host, op), { code: 'STATE_DAMAGED' });
  assert.equal(diskOf(prepared), 'today');
  const kept = snapshotDir(host.paths, snapshot.metadata.uid);
  writeFileSync(join(kept, 'exit-status'), '');
  mkdirSync(join(kept, 'saved-state'));
  const note = { format: 1, traits: { memory: '1 MB' }, size: 0, sha256: '' };
  writeFileSync(join(kept, 'saved-state/note.json'), JSON.stringify(note));
  writeFileSync(join(kept, 'saved-state/machine'), '');
  await assert.rejects(rollBack(vm, snapshot, host, op), { code: 'STATE_UNFIT' });
  assert.equal(diskOf(prepared), 'today');
  assert.ok(!existsSync(files.savedState) && !existsSync(files.identityDue));
  assert.deepEqual((await vmsIn(host.objects).findByUid(uid))?.status.kernel, vm.status.kernel);
  const kernels: unknown[] = [];
  const seen = {
    ...host,
    network: {
      ...host.network,
      attach: async () => {
        kernels.push((await vmsIn(host.objects).findByUid(uid))?.status.kernel?.id);
        throw new Error('seen');
      },
    },
  } as unknown as VmPorts;
  await assert.rejects(rollBack(vm, snapshot, seen, op), /seen/);
  assert.deepEqual(kernels, ['old'], 'it starts with the kernel of the snapshot');
});

test('rollBack: one that was cut short keeps the disk of today through the next attempt', async () => {
  const prepared = await prepare({ copies: false });
  const { host, vm, snapshot, files } = prepared;
  writeFileSync(files.disk, 'before');
  writeFileSync(files.diskBefore, 'today');
  await assert.rejects(rollBack(vm, snapshot, host, op), /no space/);
  assert.equal(diskOf(prepared), 'today');
});

const network = { ipAddresses: ['10.61.0.9'], mac: '02:00:00:00:00:09', gateway: '10.61.0.1' };

/** Has the snapshot hold a guest that nobody can give another identity, as one of the VM `vmUid`. */
async function holdGuest({ host, snapshot }: Prepared, vmUid: string): Promise<void> {
  const kept = snapshotDir(host.paths, snapshot.metadata.uid);
  writeFileSync(join(kept, 'exit-status'), '');
  mkdirSync(join(kept, 'saved-state'));
  for (const name of ['note.json', 'machine']) writeFileSync(join(kept, 'saved-state', name), '{}');
  await snapshotsIn(host.objects).modifyStatus(snapshot.metadata, (now) => ({
    ...now,
    status: { ...now.status, vmUid, network },
  }));
}

test('placeSnapshot: a guest that nobody can give another identity goes on as the VM itself, with its network, and as no other', async () => {
  const prepared = await prepare({ holds: 'Machine' });
  const { host, vm, files } = prepared;
  await holdGuest(prepared, uid);
  const from = { ...vm, spec: { ...vm.spec, source: { snapshot: 'before' } } };
  const placed = await placeSnapshot(from, host, op);
  assert.deepEqual(placed.status.network, network);
  assert.ok(existsSync(files.savedState) && !existsSync(files.identityDue));
  const other = { ...from, metadata: { ...from.metadata, uid: 'aaaaaaaaaaaaaaaa' } };
  await placeSnapshot(other, host, op);
  const others = vmFiles(host.paths, other.metadata.uid);
  assert.equal(readFileSync(others.disk, 'utf8'), 'before');
  assert.ok(!existsSync(others.savedState) && !existsSync(others.identityDue));

  // A VM that keeps the identity goes on too, with the network and the keys that the guest knows.
  const keeper = await vmsIn(host.objects).create({
    metadata: { namespace: vm.metadata.namespace, name: 'copy', uid: 'bbbbbbbbbbbbbbbb' },
    spec: { ...vm.spec, source: { snapshot: 'before', identity: 'Kept' } },
    status: vm.status,
  });
  const its = vmFiles(host.paths, keeper.metadata.uid);
  mkdirSync(its.dir, { recursive: true });
  for (const each of [its, files]) writeFileSync(each.hostKey, each.dir);
  for (const each of [its, files]) writeFileSync(`${each.hostKey}.pub`, `ssh-ed25519 ${each.dir}`);
  const copy = await placeSnapshot(keeper, host, op);
  assert.deepEqual(copy.status.network, network);
  assert.deepEqual(copy.status.identity, { vmUid: uid, hostname: 'web' });
  assert.ok(existsSync(its.savedState) && !existsSync(its.identityDue));
  assert.equal(readFileSync(its.hostKey, 'utf8'), files.dir);
  assert.equal(readFileSync(its.knownHosts, 'utf8'), `${keeper.metadata.uid} ssh-ed25519 ${files.dir}\n`);
  assert.equal(placed.status.identity, undefined);
});

test('placeSnapshot: a guest that keeps an identity gets no keys of another namespace, whatever the snapshot says', async () => {
  const prepared = await prepare({ holds: 'Machine' });
  const { host, vm } = prepared;
  const [other, keeper] = await Promise.all(
    [
      { namespace: 'garden', name: 'web', uid: 'cccccccccccccccc' },
      { namespace: vm.metadata.namespace, name: 'copy', uid: 'bbbbbbbbbbbbbbbb' },
    ].map((metadata) =>
      vmsIn(host.objects).create({
        metadata,
        spec: { ...vm.spec, source: { snapshot: 'before', identity: 'Kept' } },
        status: vm.status,
      }),
    ),
  );
  for (const { metadata } of [other!, keeper!]) {
    const { dir: folder, hostKey } = vmFiles(host.paths, metadata.uid);
    mkdirSync(folder, { recursive: true });
    writeFileSync(hostKey, metadata.name);
    writeFileSync(`${hostKey}.pub`, `ssh-ed25519 ${metadata.name}`);
  }
  await holdGuest(prepared, other!.metadata.uid);
  const copy = await placeSnapshot(keeper!, host, op);
  assert.equal(copy.status.identity?.vmUid, other!.metadata.uid);
  assert.equal(readFileSync(vmFiles(host.paths, copy.metadata.uid).hostKey, 'utf8'), 'copy');
});

test('placeSnapshot: what holds no machine for the VM itself alone has no identity to keep', async () => {
  const { host, vm, files } = await prepare({ holds: 'Machine' });
  const keeper: Vm = { ...vm, spec: { ...vm.spec, source: { snapshot: 'before', identity: 'Kept' } } };
  const refusal = { code: 'SNAPSHOT_UNFIT', message: /whose guest could keep its identity$/ };
  // A VM is made with its source ensured, and without it not at all.
  await assert.rejects(ensureVmSource(keeper, host, op.signal), refusal);
  await assert.rejects(placeSnapshot(keeper, host, op), refusal);
  assert.equal(readFileSync(files.disk, 'utf8'), 'today');
});

test('ensureVmSource: a snapshot needs the files of its kernel, wherever the name of that leads now', async () => {
  const { host, vm } = await prepare();
  await kernelsIn(host.objects).delete({ name: 'old' });
  const made = { ...vm, spec: { ...vm.spec, source: { snapshot: 'before' } } };
  assert.equal((await ensureVmSource(made, host, op.signal)).status.kernel?.id, 'old');
  rmSync(kernelDir(host.paths, 'old'), { recursive: true });
  await assert.rejects(ensureVmSource(made, host, op.signal), { code: 'SNAPSHOT_UNFIT' });
});
