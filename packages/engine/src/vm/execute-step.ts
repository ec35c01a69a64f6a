import { appendFile, chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { recordEvent } from '../events/record-event.ts';
import { createSshKeys } from '../guest/ssh-keys.ts';
import { endSession } from '../guest/ssh-session.ts';
import { hostArch } from '../host/arch.ts';
import { type Paths, kernelDir, vmFiles, vmRunFiles, vmmSockets } from '../host/paths.ts';
import { bootInitrd } from '../kernel/boot-initrd.ts';
import type { Network } from '../network/network.ts';
import { growOverlay } from '../rootfs/grow-overlay.ts';
import { createOverlay } from '../rootfs/qemu-img.ts';
import { startMark } from '../sandbox/console-log.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { type Accel, accelFor } from '../vmm/accel.ts';
import { assertVmm } from '../vmm/assert-vmm.ts';
import { statusSize } from '../vmm/machine.ts';
import type { Vmm } from '../vmm/vmm.ts';
import { attachNetwork } from './attach-network.ts';
import { readExit } from './vm-exit.ts';
import { resizeMemory } from './guest-memory.ts';
import { hostProcess } from './liveness.ts';
import { keepDisk, takeKeptDisk } from './kept-disk.ts';
import type { VmStep } from './plan-vm.ts';
import { pressPowerButton } from './power-button.ts';
import { recordEnd, recordInLife, recordWrite } from './vm-events.ts';
import { sandboxSpec } from './sandbox-spec.ts';
import { archOf, assertMachineFits, vmMachine } from './vm-machine.ts';
import { changeVm, imageOf, vmFinalizer } from './vm-store.ts';
import {
  prepareVmVolumes,
  releaseVmVolumes,
  shareFolders,
  unshareFolders,
  volumesOf,
} from './volume-steps.ts';
import { writeSeed } from './write-seed.ts';

/** What steps act on. */
export interface VmHost {
  readonly paths: Paths;
  /** Of the scripts that run inside VMs. */
  readonly guestDir: string;
  readonly store: ObjectStore;
  readonly runner: Runner;
  readonly network: Network;
  readonly sandbox: Sandbox;
  readonly vmm: Vmm;
  readonly clock: Clock;
  readonly accel: () => Promise<Accel>;
  /** The command line that, with a VM's uid behind it, clears up after a VM that has ended. */
  readonly settleCommand: readonly string[];
}

/** A VMM that is busy answers within this. */
const vmmTimeoutMs = 10_000;

/** One arm for each step; the decisions are the planner's. Returns the VM as it is stored afterwards. */
export async function executeStep(step: VmStep, vm: Vm, host: VmHost, op: ClientOperation): Promise<Vm> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  switch (step.kind) {
    case 'create-keys':
      await mkdir(files.dir, { recursive: true, mode: 0o711 });
      await createSshKeys({ uid, userKey: vm.spec.ssh === true, files }, host.runner, op.signal);
      return vm;
    case 'create-disk':
      if (await takeKeptDisk(vm, host.paths)) return vm;
      await createOverlay(
        { path: files.disk, backingPath: '/vm/base.ext4', size: await diskSizeOf(vm, host.store) },
        host.runner,
        op.signal,
      );
      return await forgetAdoption(vm, host.store);
    case 'grow-disk':
      await growOverlay(files.disk, await diskSizeOf(vm, host.store), host.runner, op.signal);
      return vm;
    case 'attach-network':
      return await attachNetwork(vm, host, op.signal);
    case 'publish-ports':
      await host.network.changePorts(uid, vm.spec.network.ports, op.signal);
      return vm;
    case 'prepare-volumes':
      await prepareVmVolumes(vm, host, op);
      return vm;
    case 'resize-memory':
      return await resizeMemory(vm, host, op.signal);
    case 'write-seed':
      await writeSeed(vm, host, op.signal);
      return vm;
    case 'share-folders':
      await shareFolders(vm, host, op.signal);
      return vm;
    case 'launch':
      await launch(vm, host, op.signal);
      return vm;
    case 'record-start':
      return await recordStart(vm, host);
    case 'press-power-button':
      await pressPowerButton(uid, step.graceMs, host, op);
      return vm;
    case 'kill':
      await host.sandbox.kill(uid, op.signal);
      return vm;
    case 'record-pause':
      return await changeVm(host.store, vm, (now) => ({ status: { ...now.status, phase: 'Paused' } }));
    case 'pause':
      await host.vmm.pause(vmmSockets(host.paths, uid), vmmSignal(op));
      await recordWrite(vm, { reason: 'Paused', message: 'its CPUs stand still' }, host);
      return vm;
    case 'resume':
      await host.vmm.resume(vmmSockets(host.paths, uid), vmmSignal(op));
      await recordWrite(vm, { reason: 'Resumed', message: 'it goes on' }, host);
      return vm;
    case 'record-exit':
      return await recordExit(vm, host, op.signal);
    case 'unshare-folders':
      await unshareFolders(uid, host, op.signal);
      return vm;
    case 'remove-sandbox':
      await endSession(vmRunFiles(host.paths, uid).sshSession, host.runner, op.signal);
      await host.sandbox.remove(uid, op.signal);
      return vm;
    case 'release-volumes':
      await releaseVmVolumes(vm, host, op.signal);
      return vm;
    case 'detach-network':
      await host.network.detach(uid, op.signal);
      return vm;
    case 'record-stop':
      return await changeVm(host.store, vm, (now) => ({
        status: stoppedStatus(now.status, host.clock.now()),
      }));
    case 'remove-files':
      await keepDisk(vm, host.paths);
      await rm(files.dir, { recursive: true, force: true });
      return vm;
    case 'forget':
      await recordEvent(host.store, vm, { reason: 'Removed', message: 'with its disk' }, 'removed');
      return await changeVm(host.store, vm, (now) => ({
        finalizers: now.metadata.finalizers.filter((name) => name !== vmFinalizer),
      }));
  }
}

/** What was asked for, or more where the image needs it. */
async function diskSizeOf(vm: Vm, store: ObjectStore): Promise<Bytes> {
  const { size } = (await imageOf(vm, store)).status.baseDisk;
  return bytes(Math.max(vm.spec.diskSize, size));
}

const vmmSignal = ({ signal }: ClientOperation): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(vmmTimeoutMs)]);

/** Pure. Without what is true of running VMs alone. */
export function stoppedStatus(
  { vmm: _vmm, monitor: _monitor, starter: _starter, ...status }: VmStatus,
  nowMs: number,
): VmStatus {
  return {
    ...betweenLives(status),
    phase: status.phase === 'Created' ? 'Created' : 'Stopped',
    finishTime: status.finishTime ?? new Date(nowMs).toISOString(),
  };
}

/** Pure. Without what began with the last start, and ended with it. */
export function betweenLives({
  startTime: _start,
  pending: _pending,
  booted: _booted,
  memory: _memory,
  ...status
}: VmStatus): VmStatus {
  return status;
}

/** A disk that was made anew has no identity of its own. */
async function forgetAdoption(vm: Vm, store: ObjectStore): Promise<Vm> {
  if (vm.status.adopted === undefined) return vm;
  return await changeVm(store, vm, ({ status: { adopted: _adopted, ...status } }) => ({ status }));
}

async function launch(vm: Vm, host: VmHost, signal: AbortSignal): Promise<void> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const run = vmRunFiles(host.paths, uid);
  const network = await host.network.observe(uid, signal);
  if (network.state !== 'attached')
    throw new Error(`the network of VM ${vm.metadata.name} has gone meanwhile`);
  await mkdir(run.sockets, { recursive: true, mode: 0o700 });
  await writeFile(files.exitStatus, Buffer.alloc(statusSize));
  await writeFile(files.eventsIn, host.vmm.eventsRequest, { mode: 0o600 });
  await writeFile(files.eventsOut, '', { mode: 0o600 });
  await appendFile(files.consoleLog, startMark(host.clock.now()), { mode: 0o600 });
  await chmod(files.seed, 0o600);
  const image = await imageOf(vm, host.store);
  const kernel = kernelDir(host.paths, vm.status.kernel!.id);
  const arch = archOf(vm);
  assertVmm(host.vmm, arch);
  const accel = accelFor(arch, { arch: hostArch, accel: await host.accel() });
  const volumes = await volumesOf(vm, host);
  const machine = vmMachine(vm, { attachment: network.attachment, volumes, accel });
  assertMachineFits(machine, host.vmm);
  const spec = sandboxSpec({
    vm,
    command: host.vmm.command(machine),
    files,
    sockets: run.sockets,
    shares: run.shares,
    volumes,
    baseDisk: image.status.baseDisk.path,
    kernelDir: kernel,
    initrd: await bootInitrd(kernel, host.guestDir),
    attachment: network.attachment,
    accel,
    exitCommand: [...host.settleCommand, uid],
  });
  await host.sandbox.launch(spec, signal);
  await host.vmm.boot(machine, vmmSockets(host.paths, uid), signal);
}

async function recordExit(vm: Vm, host: VmHost, signal: AbortSignal): Promise<Vm> {
  const exit = await readExit(vm, host, signal);
  await recordEnd(vm, exit, host);
  const { kind: _kind, ...how } = exit;
  return await changeVm(host.store, vm, (now) => ({ status: { ...now.status, phase: 'Stopping', ...how } }));
}

async function recordStart(vm: Vm, host: VmHost): Promise<Vm> {
  const found = await host.sandbox.observe(vm.metadata.uid);
  if (found.state !== 'running') return vm; // it has ended already, which the next look at it will record
  const vmm = hostProcess(found.pid);
  const monitor = found.monitorPid === undefined ? undefined : hostProcess(found.monitorPid);
  const started = await changeVm(host.store, vm, ({ status }) => {
    const { exitCode: _exit, finishTime: _finish, message: _message, starter: _starter, ...rest } = status;
    const startTime = status.startTime ?? new Date(host.clock.now()).toISOString();
    return { status: { ...rest, phase: 'Running', vmm, startTime, ...(monitor && { monitor }) } };
  });
  await recordInLife(started, { reason: 'Started', message: addressText(started) }, host);
  return started;
}

const addressText = ({ status }: Vm): string =>
  status.network === undefined ? 'it runs' : `with address ${status.network.ipAddresses.join(', ')}`;
