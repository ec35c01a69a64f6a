import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import { hasOwnKey } from '@ignite/api/v1/has-own-key';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { recordEvent } from '../../tools/events/record-event.ts';
import { createSshKeys } from '../../tools/guest/ssh-keys.ts';
import { endSession } from '../../tools/guest/ssh-session.ts';
import { hostProcess } from '../../tools/host/host-process.ts';
import { forgetRestart } from '../../tools/host/noted-restarts.ts';
import { vmFiles, vmRunFiles, vmmSockets } from '../../tools/host/paths.ts';
import { forgetVmProcesses, noteVmProcesses } from '../../tools/host/vm-processes.ts';
import { changeVm, changeVmStatus, vmFinalizer } from '../../tools/store/vm-objects.ts';
import { bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { vmmFailed } from '../../tools/vmm/errors.ts';
import { discardSavedState, readStateNote } from '../../tools/vmm/saved-state.ts';
import { keepDisk, takeKeptDisk } from '../disks/kept-disk.ts';
import { createDisk, growDisk } from '../disks/vm-disk.ts';
import { prepareVmVolumes, releaseVmVolumes, shareFolders, unshareFolders } from '../disks/volume-steps.ts';
import { asBooted } from '../as-booted.ts';
import { identityRefused } from '../errors.ts';
import { launchVm } from '../launch/launch-vm.ts';
import { loadVmState } from '../launch/load-state.ts';
import { readExit } from '../observe/vm-exit.ts';
import type { VmStep } from '../plan/plan-vm.ts';
import { stoppedStatus, suspendedStatus } from '../plan/stopped-status.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { vmmSignal } from '../vmm-signal.ts';
import { admissionOf, attachNetwork } from './attach-network.ts';
import { ensureVmImage, ensureVmKernel } from './ensure-content.ts';
import { resizeMemory } from './guest-memory.ts';
import { pressPowerButton } from './power-button.ts';
import { recordEnd, recordInLife, recordWrite } from './vm-events.ts';
import { giveVmIdentity, setLinks } from './give-identity.ts';
import { ensureVmSource, placeSnapshot } from './place-snapshot.ts';
import { saveVmState } from './save-state.ts';
import { writeSeed } from './write-seed.ts';

/**
 * Executes a step. There is one case for each step, since all decisions are the planner's. Returns the VM as
 * it is stored afterwards.
 */
export async function executeStep(step: VmStep, vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  switch (step.kind) {
    case 'ensure-source':
      return await ensureVmSource(vm, host, op.signal);
    case 'ensure-image':
      return await ensureVmImage(vm, host, op);
    case 'ensure-kernel':
      return await ensureVmKernel(vm, host, op);
    case 'create-keys':
      await mkdir(files.dir, { recursive: true, mode: 0o711 });
      await createSshKeys({ uid, userKey: hasOwnKey(vm.spec), files }, host.runner, op.signal);
      return vm;
    case 'create-disk':
      if (await takeKeptDisk(vm, host)) return vm;
      await createDisk(vm, host, op.signal);
      return await forgetAdoption(vm, host.objects);
    case 'place-snapshot':
      await discardSavedState(files.savedState); // that of a placement which was cut short
      // A disk that was kept for the VM is newer than its source, unless the VM is rolled back to that.
      if (!existsSync(files.diskBefore)) {
        await rm(files.identityDue, { force: true });
        if (await takeKeptDisk(vm, host)) return vm;
      }
      return await forgetAdoption(await placeSnapshot(vm, host, op), host.objects);
    case 'grow-disk':
      await growDisk(vm, host, op.signal);
      return vm;
    case 'attach-network':
      return await attachNetwork(step.keepsMacs ? withBootedNics(vm) : vm, step, host, op);
    case 'publish-ports':
      await host.network.changePorts(uid, vm.spec.network.ports, op.signal);
      await host.network.admit(uid, admissionOf(vm.metadata.labels, vm.spec.network), op.signal);
      return vm;
    case 'prepare-volumes':
      await prepareVmVolumes(asBooted(vm), host, op);
      return vm;
    case 'resize-memory':
      return await resizeMemory(vm, host, op.signal);
    case 'write-seed':
      await writeSeed(asBooted(vm), host, op.signal);
      return vm;
    case 'share-folders':
      await shareFolders(asBooted(vm), host, op.signal);
      return vm;
    case 'launch':
      await launchVm(asBooted(vm), step, host, op);
      return vm;
    case 'load-state':
      await loadVmState(vm, step, host, op);
      return vm;
    case 'record-load':
      return await recordLoad(vm, host);
    case 'cut-links':
      await setLinks(vm, false, host, op.signal);
      return vm;
    case 'give-identity':
      op.report({ kind: 'step', message: `Giving ${vm.metadata.name} its own identity` });
      await giveVmIdentity(vm, host, op);
      return vm;
    case 'refuse-identity':
      throw identityRefused(vm.metadata.name);
    case 'save-state':
      await saveVmState(vm, host, op);
      return vm;
    case 'discard-state':
      await discardSavedState(files.savedState);
      return vm;
    case 'record-suspension':
      return await recordSuspension(vm, host);
    case 'record-start':
      await rm(files.diskBefore, { force: true });
      return await recordStart(vm, host);
    case 'press-power-button':
      await pressPowerButton(vm, step.graceMs, host, op);
      return vm;
    case 'kill':
      await host.sandbox.kill(uid, op.signal);
      return vm;
    case 'record-pause':
      return await changeVmStatus(host.objects, vm, ({ status }) => ({ ...status, phase: 'Paused' }));
    case 'pause':
      await vmmOf(vm, host).pause(vmmSockets(host.paths, uid), vmmSignal(op.signal));
      await recordWrite(vm, { reason: 'Paused', message: 'CPUs stopped' }, host);
      return vm;
    case 'resume':
      await vmmOf(vm, host).resume(vmmSockets(host.paths, uid), vmmSignal(op.signal));
      await recordWrite(vm, { reason: 'Resumed', message: 'CPUs resumed' }, host);
      return vm;
    case 'record-exit':
      return await recordExit(vm, step.byItself === true, host, op.signal);
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
      return await recordDown(vm, { lastWish: { power: 'Stopped' } }, host);
    case 'record-down':
      return await recordDown(vm, {}, host);
    case 'remove-files':
      await keepDisk(vm, host);
      await rm(files.dir, { recursive: true, force: true });
      return vm;
    case 'forget':
      forgetLife(vm, host);
      await recordEvent(host.objects, vm, { reason: 'Removed', message: 'with its disk' }, 'removed');
      return await changeVm(host.objects, vm, (now) => ({
        finalizers: now.metadata.finalizers.filter((name) => name !== vmFinalizer),
      }));
  }
}

/** Returns a VM with the interfaces that its guest has. Its ports and its policy are those of today. */
function withBootedNics(vm: Vm): Vm {
  const { policy: _policy, ...booted } = asBooted(vm).spec.network;
  const { policy } = vm.spec.network;
  return {
    ...vm,
    spec: { ...vm.spec, network: { ...booted, ports: vm.spec.network.ports, ...(policy && { policy }) } },
  };
}

/** Records that the disk is new, and so has no identity of another VM. */
async function forgetAdoption(vm: Vm, objects: ObjectClient): Promise<Vm> {
  if (vm.status.adopted === undefined) return vm;
  return await changeVmStatus(objects, vm, ({ status: { adopted: _adopted, ...status } }) => status);
}

async function recordExit(vm: Vm, byItself: boolean, host: VmPorts, signal: AbortSignal): Promise<Vm> {
  const exit = await readExit(vm, host, signal);
  await recordEnd(vm, exit, byItself, host);
  const { kind: _kind, ...how } = exit;
  return await changeVmStatus(host.objects, vm, ({ status }) => ({ ...status, phase: 'Stopping', ...how }));
}

/**
 * Records that the guest is in the memory of a VMM, which has yet to resume it.
 * @throws CodedError VMM_FAILED if the VMM has ended since
 */
async function recordLoad(vm: Vm, host: VmPorts): Promise<Vm> {
  if (!(await noteVmm(vm, host))) throw vmmFailed(undefined);
  return await changeVmStatus(host.objects, vm, ({ status }) => ({ ...status, phase: 'Paused' }));
}

/** Notes the processes of a VM. Returns false if it has ended already, which the next observation records. */
async function noteVmm(vm: Vm, host: VmPorts): Promise<boolean> {
  const found = await host.sandbox.observe(vm.metadata.uid);
  if (found.state !== 'running') return false;
  const monitor = found.monitorPid === undefined ? undefined : hostProcess(found.monitorPid);
  noteVmProcesses(vm, { vmm: hostProcess(found.pid), monitor }, host.paths);
  return true;
}

async function recordSuspension(vm: Vm, host: VmPorts): Promise<Vm> {
  const suspended = await changeVmStatus(host.objects, vm, ({ status }) => suspendedStatus(status));
  forgetLife(vm, host);
  const { size } = await readStateNote(vmFiles(host.paths, vm.metadata.uid).savedState);
  const message = `${humanBytes(bytes(size))} of memory and devices are saved`;
  await recordWrite(suspended, { reason: 'Suspended', message }, host);
  return suspended;
}

async function recordStart(vm: Vm, host: VmPorts): Promise<Vm> {
  if (!(await noteVmm(vm, host))) return vm;
  const started = await changeVmStatus(host.objects, vm, ({ status }) => {
    const { exitCode: _exit, finishTime: _finish, message: _message, startRetry: _retry, ...rest } = status;
    const startTime = status.startTime ?? new Date(host.clock.now()).toISOString();
    return { ...rest, phase: 'Running', startTime };
  });
  await recordInLife(started, { reason: 'Started', message: addressText(started) }, host);
  return started;
}

/** Records that a VM is down. */
async function recordDown(vm: Vm, reached: Pick<VmStatus, 'lastWish'>, host: VmPorts): Promise<Vm> {
  const down = await changeVmStatus(host.objects, vm, ({ status }) => ({
    ...stoppedStatus(status, host.clock.now()),
    ...reached,
  }));
  forgetLife(vm, host);
  return down;
}

function forgetLife(vm: Vm, { paths }: VmPorts): void {
  forgetRestart(vm.metadata.uid, paths);
  forgetVmProcesses(vm, paths);
}

const addressText = ({ status }: Vm): string =>
  status.network === undefined ? 'running' : `with address ${status.network.ipAddresses.join(', ')}`;
