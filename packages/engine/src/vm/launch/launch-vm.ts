import { appendFile, chmod, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vm } from '@ignite/api/v1/vm';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../../tools/host/arch.ts';
import { lostClocks } from '../../tools/guest/lost-clocks.ts';
import { type VmFiles, kernelDir, vmFiles, vmRunFiles } from '../../tools/host/paths.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { bootInitrd } from '../../tools/kernel/boot-initrd.ts';
import { unpackedKernel } from '../../tools/kernel/unpacked-kernel.ts';
import { startMark } from '../../tools/sandbox/console-log.ts';
import type { ResolvedVolume } from '../../tools/storage/resolve-volumes.ts';
import { imageOf } from '../../tools/store/vm-store.ts';
import { accelFor } from '../../tools/vmm/accel.ts';
import { assertVmm } from '../../tools/vmm/assert-vmm.ts';
import { isTimerMeasured, statusSize } from '../../tools/vmm/machine.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { diskSizeOf, vmDisk } from '../disks/vm-disk.ts';
import { volumesOf } from '../disks/volume-steps.ts';
import type { LaunchOptions } from '../launch-options.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { acquireBootSlot } from './boot-slot.ts';
import { bootVmm } from './boot-vmm.ts';
import { keptChannel, sandboxSpec } from './sandbox-spec.ts';
import { untilClockTicks } from './until-clock-ticks.ts';
import { archOf } from '../arch-of.ts';
import { assertMachineFits, eventLinks, vmMachine } from './vm-machine.ts';

/**
 * Launches the VMM of a VM and starts its guest. All parts of the VM must exist.
 * @throws CodedError VMM_MISSING, KVM_NEEDED, VM_INVALID, VMM_FAILED, VMM_REFUSED, VMM_SILENT
 * @throws CodedError CLOCK_LOST if the guest must be started again
 */
export async function launchVm(
  vm: Vm,
  { awaitClientSeconds = 0 }: LaunchOptions,
  host: VmPorts,
  signal: AbortSignal,
): Promise<void> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const run = vmRunFiles(host.paths, uid);
  const network = await host.network.observe(uid, signal);
  if (network.state !== 'attached') throw new Error(`the network of VM ${vm.metadata.name} is gone`);
  const { attachment } = network;
  const vmm = vmmOf(vm, host);
  await mkdir(run.sockets, { recursive: true, mode: 0o700 });
  const inVain = lostClocks(await readTail(files.exitStatus));
  await prepareFiles(files, vmm);
  await appendFile(files.consoleLog, startMark(host.clock.now()), { mode: 0o600 });
  const image = await imageOf(vm, host.store);
  const kernel = kernelDir(host.paths, vm.status.kernel!.id);
  const arch = archOf(vm);
  const accel = accelFor(arch, { arch: hostArch, accel: await host.accel() });
  assertVmm(vmm, arch, accel);
  const volumes = await volumesOf(vm, host);
  const machine = vmMachine(vm, { attachment, volumes, accel, vmm, lostClocks: inVain });
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
    kernel: vmm.capabilities.packedKernels ? join(kernel, 'kernel') : await unpackedKernel(kernel, signal),
    initrd: await bootInitrd(kernel, host.guestDir),
    attachment,
    accel,
    exitCommand: [...host.settleCommand, uid],
    streams: { path: host.streamsProgram, awaitClientSeconds, channel: keptChannel(vm, vmm) },
  });
  using _slot = accel.kind === 'tcg' ? await acquireBootSlot(host.paths, signal) : undefined;
  await host.sandbox.launch(spec, signal);
  await bootVmm(vm, machine, host, signal);
  if (isTimerMeasured(machine)) await untilClockTicks(vm, host, signal);
}

async function largestDisk(vm: Vm, volumes: readonly ResolvedVolume[], host: VmPorts): Promise<Bytes> {
  const files = volumes.flatMap((volume) =>
    volume.kind === 'disk' && volume.medium.kind === 'file' ? [volume.medium.path] : [],
  );
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
  return bytes(Math.max(await diskSizeOf(vm, host.store), ...sizes));
}

/** Creates the files that the VMM reads when it starts, and the files that it and its guest write to. */
async function prepareFiles(files: VmFiles, { eventsRequest }: Vmm): Promise<void> {
  await writeFile(files.exitStatus, Buffer.alloc(statusSize));
  await writeFile(files.eventsIn, eventsRequest, { mode: 0o600 });
  await rm(files.events, { recursive: true, force: true });
  await mkdir(files.events, { mode: 0o755 });
  for (const [name, target] of Object.entries(eventLinks)) await symlink(target, join(files.events, name));
  await writeFile(files.eventsOut, '', { mode: 0o600 });
  await chmod(files.seed, 0o600);
}
