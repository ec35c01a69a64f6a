import { appendFile, chmod, mkdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type { Vm } from '@ignite/api/v1/vm';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { lostClocks } from '../../tools/guest/lost-clocks.ts';
import { type VmFiles, kernelDir, vmFiles, vmRunFiles } from '../../tools/host/paths.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { bootInitrd } from '../../tools/kernel/boot-initrd.ts';
import { unpackedKernel } from '../../tools/kernel/unpacked-kernel.ts';
import { startMark } from '../../tools/sandbox/console-log.ts';
import type { ResolvedVolume } from '../../tools/storage/resolve-volumes.ts';
import { imageOf } from '../../tools/store/vm-objects.ts';
import { assertVmm } from '../../tools/vmm/assert-vmm.ts';
import { type MachineMemory, isTimerMeasured, statusSize } from '../../tools/vmm/machine.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { diskSizeOf, vmDisk } from '../disks/vm-disk.ts';
import type { LaunchOptions } from '../launch-options.ts';
import { isBeingMade } from '../template-maker.ts';
import type { VmPorts } from '../vm-ports.ts';
import { archOf } from '../arch-of.ts';
import { vmmOf } from '../vmm-of.ts';
import { acquireBootSlot } from './boot-slot.ts';
import { bootVmm } from './boot-vmm.ts';
import { type MachineOnHost, machineOf } from './machine-of.ts';
import { runSpace, takesMemory } from './room-for-memory.ts';
import { keptChannel, sandboxSpec } from './sandbox-spec.ts';
import { untilClockTicks } from './until-clock-ticks.ts';
import { assertMachineFits, eventLinks } from './vm-machine.ts';

/** The file that is the memory of a VM's guest. */
interface MemoryOnHost {
  readonly path: string;
  readonly use: MachineMemory['use'];
}

/**
 * Launches the VMM of a VM and starts its guest. All parts of the VM must exist.
 * @throws CodedError VMM_MISSING, KVM_NEEDED, VM_INVALID, VMM_FAILED, VMM_REFUSED, VMM_SILENT
 * @throws CodedError CLOCK_LOST if the guest must be started again
 */
export async function launchVm(
  vm: Vm,
  options: LaunchOptions,
  host: VmPorts,
  op: ClientOperation,
): Promise<void> {
  const { signal } = op;
  const { exitStatus } = vmFiles(host.paths, vm.metadata.uid);
  const inVain = lostClocks(await readTail(exitStatus));
  const memory = await memoryToKeep(vm, host, signal);
  const wanted = { lostClocks: inVain, ...(memory && { memory: memory.use }) };
  const onHost = { ...(await machineOf(vm, wanted, host, signal)), ...(memory && { memory }) };
  const { machine, accel } = onHost;
  using _slot = accel.kind === 'tcg' ? await bootSlot(host, op) : undefined;
  await launchVmm(vm, onHost, options, host, op);
  await timed('boot VMM', op, () => bootVmm(vm, machine, host, signal));
  if (isTimerMeasured(machine))
    await timed('wait for the clock of the guest', op, () => untilClockTicks(vm, host, signal));
}

/**
 * Creates the memory of a VM of which a template is made, where VMs that come from it can map that. It is on the file system for what
 * runs, which is in memory itself. If that is too small for it, the template contains its memory, and VMs read it.
 */
async function memoryToKeep(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<MemoryOnHost | undefined> {
  const { memory: path } = vmRunFiles(host.paths, vm.metadata.uid);
  await rm(path, { force: true });
  if (!isBeingMade(vm, host.paths)) return undefined;
  if (!(await vmmOf(vm, host).mapsMemory(archOf(vm), host, signal))) return undefined;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  if (!takesMemory(vm.spec.memory, await runSpace(host.paths))) return undefined;
  await writeFile(path, '', { mode: 0o600 });
  await truncate(path, vm.spec.memory);
  return { path, use: 'kept' };
}

const bootSlot = async ({ paths }: VmPorts, op: ClientOperation): Promise<Disposable> =>
  await timed('wait for a slot', op, () => acquireBootSlot(paths, op.signal));

/**
 * Launches the VMM of a VM, whose guest has not started afterwards.
 * @throws CodedError VMM_MISSING, KVM_NEEDED, VM_INVALID
 */
export async function launchVmm(
  vm: Vm,
  { machine, arch, accel, attachment, volumes, memory }: MachineOnHost & { readonly memory?: MemoryOnHost },
  { awaitClientSeconds = 0 }: LaunchOptions,
  host: VmPorts,
  op: ClientOperation,
): Promise<void> {
  const { signal } = op;
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const run = vmRunFiles(host.paths, uid);
  const vmm = vmmOf(vm, host);
  await mkdir(run.sockets, { recursive: true, mode: 0o700 });
  if (machine.loadsState !== true) await beginLife(files, host);
  await prepareEvents(files, vmm);
  const image = await imageOf(vm, host.objects);
  const kernel = kernelDir(host.paths, vm.status.kernel!.id);
  assertVmm(vmm, arch, accel);
  assertMachineFits(machine, vmm);
  const spec = sandboxSpec({
    vm,
    command: vmm.command(machine),
    memoryOverhead: vmm.memoryOverhead(machine),
    vmmFiles: vmm.files(arch),
    disk: vmDisk(vm, host),
    largestDisk: await largestDisk(vm, volumes, host),
    files,
    sockets: run.sockets,
    shares: run.shares,
    volumes,
    baseDisk: image.status.baseDisk.path,
    kernelDir: kernel,
    kernel: vmm.capabilities.packedKernels
      ? join(kernel, 'kernel')
      : await unpackedKernel(kernel, host, signal),
    initrd: await bootInitrd(kernel, host.guestDir),
    attachment,
    accel,
    ...(memory && { memory }),
    exitCommand: [...host.settleCommand, uid],
    streams: { path: host.streamsProgram, awaitClientSeconds, channel: keptChannel(vm, vmm) },
  });
  await timed('launch sandbox', op, () => host.sandbox.launch(spec, signal));
}

async function largestDisk(vm: Vm, volumes: readonly ResolvedVolume[], host: VmPorts): Promise<Bytes> {
  const files = volumes.flatMap((volume) =>
    volume.kind === 'disk' && volume.medium.kind === 'file' ? [volume.medium.path] : [],
  );
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
  return bytes(Math.max(await diskSizeOf(vm, host.objects), ...sizes));
}

/** Empties what the guest reports to, and marks in the log where its output begins. */
async function beginLife(files: VmFiles, { clock }: VmPorts): Promise<void> {
  await rm(files.identityDue, { force: true }); // a guest that boots reads its identity itself
  await writeFile(files.exitStatus, Buffer.alloc(statusSize));
  await appendFile(files.consoleLog, startMark(clock.now()), { mode: 0o600 });
}

/** Creates the files by which the VMM is asked for its events, and tells them. */
async function prepareEvents(files: VmFiles, { eventsRequest }: Vmm): Promise<void> {
  await writeFile(files.eventsIn, eventsRequest, { mode: 0o600 });
  await rm(files.events, { recursive: true, force: true });
  await mkdir(files.events, { mode: 0o755 });
  for (const [name, target] of Object.entries(eventLinks)) await symlink(target, join(files.events, name));
  await writeFile(files.eventsOut, '', { mode: 0o600 });
  await chmod(files.seed, 0o600);
}
