import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { vmFiles } from '../../tools/host/paths.ts';
import { noteVmProcesses } from '../../tools/host/vm-processes.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { changeVm, changeVmStatus, findVm } from '../../tools/store/vm-objects.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { isSaved } from '../observe/liveness.ts';
import type { VmPorts } from '../vm-ports.ts';
import { suspendVm, whileHalted } from './pause-vm.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { restoreVms } from './restore-vms.ts';
import { startVm } from './start-vm.ts';
import { type World, uid, worldOf } from './world.sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'suspend-vm-'));
after(() => rmSync(dir, { recursive: true }));
const op = { signal: new AbortController().signal, report: (): void => {} };

interface Guest {
  readonly host: VmPorts;
  readonly world: World;
  readonly vmm: Vmm;
  readonly get: () => Promise<Vm>;
  /** Returns what the VM is, in words. */
  readonly tell: () => Promise<string>;
}

async function running(): Promise<Guest> {
  const { host, world } = await worldOf(() => 0.5, dir);
  const get = (): Promise<Vm> => findVm(host.objects, uid);
  await startVm(await get(), {}, host, op);
  const tell = async (): Promise<string> => {
    const vm = await get();
    const { sandbox, isPaused } = world;
    const vmm = sandbox.state === 'running' && isPaused ? 'halted' : sandbox.state;
    return `${vm.spec.power}: ${vm.status.phase}, VMM ${vmm}${isSaved(vm, host.paths) ? ', saved' : ''}`;
  };
  return { host, world, vmm: host.vmms.qemu, get, tell };
}

async function suspended(): Promise<Guest> {
  const guest = await running();
  await suspendVm(await guest.get(), guest.host, op);
  assert.equal(await guest.tell(), 'Suspended: Suspended, VMM absent, saved');
  return guest;
}

test('a start that is interrupted once the saved state is used up goes on, since the guest is in its VMM alone', async () => {
  const { host, vmm, get, tell } = await suspended();
  const interrupt = new AbortController();
  const resume = vmm.resume.bind(vmm);
  mock.method(vmm, 'resume', async (...[sockets, signal]: Parameters<typeof resume>) => {
    assert.ok(!isSaved(await get(), host.paths));
    interrupt.abort(new Error('interrupted'));
    signal.throwIfAborted();
    await resume(sockets, signal);
  });
  await startVm(await get(), {}, host, { ...op, signal: interrupt.signal });
  assert.ok(interrupt.signal.aborted);
  assert.equal(await tell(), 'Running: Running, VMM running');
});

test('a start that is interrupted while the state is loaded leaves the VM suspended', async () => {
  const { host, vmm, get, tell } = await suspended();
  const interrupt = new AbortController();
  const load = mock.method(vmm, 'loadState', async () => interrupt.abort(new Error('interrupted')));
  await assert.rejects(startVm(await get(), {}, host, { ...op, signal: interrupt.signal }));
  assert.equal(load.mock.callCount(), 1);
  assert.equal(await tell(), 'Suspended: Suspended, VMM absent, saved');
});

test('a guest that was loaded and could not be resumed waits in its VMM for the next start', async () => {
  const { host, vmm, get, tell } = await suspended();
  const fails = mock.method(vmm, 'resume', async () => Promise.reject(new Error('no answer')), { times: 1 });
  await assert.rejects(startVm(await get(), {}, host, op), /no answer/);
  assert.equal(fails.mock.callCount(), 1);
  assert.equal(await tell(), 'Running: Paused, VMM halted');
  await reconcileVm(uid, {}, host, op);
  assert.equal(await tell(), 'Running: Running, VMM running');
});

test('a VMM that ends once it has loaded a state leaves the state', async () => {
  const { host, world, vmm, get, tell } = await suspended();
  const load = vmm.loadState.bind(vmm);
  mock.method(
    vmm,
    'loadState',
    async (...args: Parameters<typeof load>) => {
      await load(...args);
      world.sandbox = { state: 'exited', exitCode: 1 };
    },
    { times: 1 },
  );
  await assert.rejects(startVm(await get(), {}, host, op), { code: 'VMM_FAILED' });
  assert.equal(await tell(), 'Running: Suspended, VMM absent, saved');
  await startVm(await get(), {}, host, op);
  assert.equal(await tell(), 'Running: Running, VMM running');
});

test('a save that fails once the state is complete discards it before the guest goes on', async () => {
  const { host, get, tell } = await running();
  const { savedState } = vmFiles(host.paths, uid);
  await using file = await open(dir);
  const handles = Object.getPrototypeOf(file) as typeof file;
  const sync = Reflect.get(handles, 'sync') as (this: typeof file) => Promise<void>;
  let failures = 0;
  const syncs = mock.method(handles, 'sync', async function (this: typeof file): Promise<void> {
    if (existsSync(savedState) && failures++ === 0) throw new Error('EIO');
    await sync.call(this);
  });
  await assert.rejects(suspendVm(await get(), host, op), { code: 'SUSPEND_FAILED' });
  syncs.mock.restore();
  assert.equal(failures, 1);
  assert.equal(await tell(), 'Running: Running, VMM running');
});

test('a start finds the exited VMM of a suspended guest, and loads its state', async () => {
  const { host, get, tell } = await running();
  mock.method(host.sandbox, 'remove', async () => Promise.reject(new Error('killed')), { times: 1 });
  await assert.rejects(suspendVm(await get(), host, op), /killed/);
  assert.equal(await tell(), 'Suspended: Paused, VMM exited, saved');
  await startVm(await get(), {}, host, op);
  assert.equal(await tell(), 'Running: Running, VMM running');
});

test('a guest that goes on claims the disks of its boot, whatever its definition names by now', async () => {
  const { host, get, tell } = await suspended();
  const { spec } = sampleVm({ spec: { storage: { volumes: [{ name: 'data', volume: { name: 'data' } }] } } });
  await changeVmStatus(host.objects, await get(), ({ status }) => ({ ...status, booted: spec }));
  const other = sampleVm({ name: 'other', uid: 'fedcba9876543210' });
  const { resourceVersion: _version, ...metadata } = other.metadata;
  await vmsIn(host.objects).create({ metadata, spec, status: other.status });
  mkdirSync(vmFiles(host.paths, other.metadata.uid).savedState, { recursive: true });
  await assert.rejects(startVm(await get(), {}, host, op), { code: 'VOLUME_BUSY' });
  assert.equal(await tell(), 'Running: Suspended, VMM absent, saved');
});

test('a guest whose start was killed once its state was loaded does not go on while its disk is read', async () => {
  const { host, world, get, tell } = await suspended();
  await changeVmStatus(host.objects, await get(), ({ status }) => ({ ...status, phase: 'Starting' }));
  Object.assign(world, { sandbox: { state: 'running', pid: process.pid }, isPaused: true });
  assert.equal(
    await whileHalted(await get(), host, op.signal, tell),
    'Suspended: Starting, VMM halted, saved',
  );
  assert.equal(await tell(), 'Suspended: Starting, VMM halted, saved');
  await startVm(await get(), {}, host, op);
  assert.equal(await tell(), 'Running: Running, VMM running');
});

test('a guest goes on as it was booted, though a client of the API has changed the spec since', async () => {
  const { host, get, tell } = await running();
  await changeVm(host.objects, await get(), ({ spec }) => ({ spec: { ...spec, cpus: 2 } }));
  await suspendVm(await get(), host, op);
  await changeVm(host.objects, await get(), ({ spec }) => ({ spec: { ...spec, cpus: 3 } }));
  assert.equal((await get()).status.booted?.cpus, 1);
  await startVm(await get(), {}, host, op);
  assert.equal(await tell(), 'Running: Running, VMM running');
  await startVm(await get(), { restart: true, graceMs: 0 }, host, op);
  assert.equal((await get()).status.booted?.cpus, 3);
});

const restartLater = async ({ host, get }: Guest): Promise<Vm> =>
  await changeVm(host.objects, await get(), ({ metadata }) => ({
    annotations: { ...metadata.annotations, [restartedAtAnnotation]: '2030-01-01T00:00:00.000Z' },
  }));

test('a restart that was asked for while a VM was suspended does not cost its memory when it is started', async () => {
  const guest = await suspended();
  const { host, world, get, tell } = guest;
  const runs = world.runs;
  await restartLater(guest);
  await startVm(await get(), {}, host, op);
  assert.equal(await tell(), 'Running: Running, VMM running');
  assert.equal(world.runs, runs + 1, 'it goes on, and is not booted besides');
  await reconcileVm(uid, {}, host, op);
  assert.equal(world.runs, runs + 1, 'nor later');
  await startVm(await get(), { restart: true, graceMs: 0 }, host, op);
  assert.equal(world.runs, runs + 2);
});

test('a suspension that fails leaves what somebody else wants of the VM meanwhile', async () => {
  const { host, vmm, get, tell } = await running();
  mock.method(vmm, 'saveState', async () => {
    await changeVm(host.objects, await get(), ({ spec }) => ({ spec: { ...spec, power: 'Stopped' } }));
    throw new Error('the disk is full');
  });
  await assert.rejects(suspendVm(await get(), host, op), { code: 'SUSPEND_FAILED' });
  assert.equal(await tell(), 'Stopped: Stopped, VMM absent');
});

test('a start that is interrupted leaves what somebody else wants of the VM meanwhile', async () => {
  const { host, vmm, get } = await suspended();
  const interrupt = new AbortController();
  mock.method(vmm, 'loadState', async () => {
    await changeVm(host.objects, await get(), ({ spec }) => ({ spec: { ...spec, power: 'Paused' } }));
    interrupt.abort(new Error('interrupted'));
  });
  await assert.rejects(startVm(await get(), {}, host, { ...op, signal: interrupt.signal }));
  assert.equal((await get()).spec.power, 'Paused');
});

test('restore finishes the start of a suspended VM during which the power was cut', async () => {
  const { host, world, get, tell } = await suspended();
  const { spec } = await changeVm(host.objects, await get(), (now) => ({
    spec: { ...now.spec, power: 'Running', restartPolicy: 'no' },
  }));
  assert.equal(spec.power, 'Running');
  await changeVmStatus(host.objects, await get(), ({ status }) => ({ ...status, phase: 'Starting' }));
  Object.assign(world, { sandbox: { state: 'absent' }, network: { state: 'absent' } });
  noteVmProcesses(await get(), { starter: { pid: 1, startTime: 1, bootId: 'before' } }, host.paths);
  const restored = await restoreVms(host, op);
  assert.deepEqual(
    restored.map(({ failure }) => failure),
    [undefined],
  );
  assert.equal(await tell(), 'Running: Running, VMM running');
});
