import { mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { SnapshotStatus } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { spawnDetached } from '@ignite/toolkit/process/spawn-detached';
import { vmFiles } from '../../tools/host/paths.ts';
import { isServed } from '../../tools/host/served-host.ts';
import { shareSavedState } from '../../tools/vmm/saved-state.ts';
import { asBooted } from '../as-booted.ts';
import { copyWhole, snapshotFilesIn } from '../disks/snapshot-files.ts';
import { vmDisk } from '../disks/vm-disk.ts';
import { cannotSnapshot } from '../errors.ts';
import { isSaved } from '../observe/liveness.ts';
import { prepareForCopies } from '../steps/give-identity.ts';
import { saveMachine } from '../steps/save-state.ts';
import type { VmPorts } from '../vm-ports.ts';
import { suspendProblem } from './assert-suspendable.ts';
import { whileHalted } from './pause-vm.ts';

/** What a snapshot that was just taken holds, and why it holds no more. */
export type Taken = Pick<SnapshotStatus, 'holds' | 'message' | 'network'>;

export interface SnapshotRequest {
  /** The folder for the files, which does not exist yet. */
  readonly dir: string;
  /** What is to be taken: the most that the VM allows, or nothing but that. */
  readonly wants: 'Disk' | 'Machine' | 'Most';
}

/**
 * Takes the files of a snapshot. A VM that runs stands still meanwhile, and goes on in any case. The caller holds its lock.
 * @throws CodedError SNAPSHOT_UNSUPPORTED
 */
export async function takeSnapshot(
  vm: Vm,
  { dir, wants }: SnapshotRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<Taken> {
  assertCopyable(vm);
  const disk = vmDisk(vm, host);
  if (!existsSync(disk.path))
    throw cannotSnapshot(
      'it has never been started, and has no disk yet',
      `start it with "ignite start ${vm.metadata.name}"`,
    );
  const { savedState, exitStatus } = vmFiles(host.paths, vm.metadata.uid);
  const files = snapshotFilesIn(dir, disk.format);
  const isUp = (await host.sandbox.observe(vm.metadata.uid)).state === 'running';
  const wasSaved = isSaved(vm, host.paths);
  const problem = wants === 'Disk' ? undefined : machineProblem(vm, isUp || wasSaved, host);
  const tie = identityProblem(vm);
  if (wants === 'Machine' && (problem ?? tie) !== undefined) throw cannotSnapshot((problem ?? tie)!);
  const takesMachine = wants !== 'Disk' && problem === undefined;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  try {
    op.report({ kind: 'step', message: `Taking a snapshot of ${vm.metadata.name}` });
    const canBecomeAnother = takesMachine && tie === undefined;
    if (canBecomeAnother && isUp && vm.status.phase === 'Running') await prepareForCopies(vm, host, op);
    if (isUp && !isServed(host.paths)) letGoOn(vm, host);
    await whileHalted(vm, host, op.signal, async () => {
      if (takesMachine && wasSaved) await shareSavedState(savedState, files.savedState);
      else if (takesMachine) await saveMachine(vm, files.savedState, host, op.signal);
      if (takesMachine) await copyWhole(exitStatus, files.exitStatus, host.runner, op.signal);
      await copyWhole(disk.path, files.disk, host.runner, op.signal);
    });
  } catch (failure) {
    await rm(dir, { recursive: true, force: true });
    throw failure;
  }
  if (!takesMachine)
    return { holds: 'Disk', ...(problem !== undefined && (isUp || wasSaved) && { message: problem }) };
  return {
    holds: 'Machine',
    ...(tie !== undefined && vm.status.network && { message: tie, network: vm.status.network }),
  };
}

/**
 * Has a process reconcile a VM once nobody holds its lock any more, so that its guest goes on even if this process is killed while the
 * guest stands still. An ignited that serves the host does so by itself.
 */
const letGoOn = ({ metadata: { uid } }: Vm, { settleCommand, paths }: VmPorts): void =>
  spawnDetached([...settleCommand, uid], paths.runDir);

/** @throws CodedError SNAPSHOT_UNSUPPORTED */
function assertCopyable(vm: Vm): void {
  const [volume] = asBooted(vm).spec.storage?.volumes ?? [];
  if (volume) throw cannotSnapshot(`its volume "${volume.name}" would not be of the same instant`);
}

/** Returns why the machine of a VM could go on as that of no other VM, or undefined if it could. */
const identityProblem = (vm: Vm): string | undefined =>
  vm.status.image?.bootMode === 'disk' || asBooted(vm).spec.cloudInit !== undefined
    ? 'cloud-init gives it its identity, which it does as it boots only'
    : undefined;

/** Returns why the machine of a VM cannot be saved, or undefined if it can. */
function machineProblem(vm: Vm, hasMachine: boolean, host: VmPorts): string | undefined {
  if (!hasMachine) return 'it is stopped, and has no memory';
  if (existsSync(vmFiles(host.paths, vm.metadata.uid).identityDue))
    return 'it comes from a snapshot itself, and has not taken its own identity yet';
  return suspendProblem(vm, host);
}
