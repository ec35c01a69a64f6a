import type { Arch } from '@ignite/api/v1/arch';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { commandSocketNames } from '../../tools/host/paths.ts';
import type { Attachment } from '../../tools/network/network.ts';
import { foldersUnsupported } from '../../tools/storage/errors.ts';
import type { ResolvedVolume } from '../../tools/storage/resolve-volumes.ts';
import { volumeDevices } from '../../tools/storage/volume-devices.ts';
import type { Accel } from '../../tools/vmm/accel.ts';
import {
  type Gic,
  type Machine,
  type MachineDisk,
  type MachineStreams,
  deviceCount,
  kernelCommandLine,
  statusSerial,
} from '../../tools/vmm/machine.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { archOf } from '../arch-of.ts';
import { invalidVm } from '../errors.ts';
import { runsEntrypoint } from '../entrypoint.ts';

/** The number of CPU interfaces of a GICv2 (Arm IHI 0048B). */
const gic2Cpus = 8;

/** Where the sandbox of a VMM shows the file that is the guest's memory. */
export const memoryInSandbox = '/vm/memory';

export interface VmMachineInput {
  readonly attachment: Attachment;
  readonly volumes: readonly ResolvedVolume[];
  readonly accel: Accel;
  readonly vmm: Vmm;
  /** The number of boots in a row before this one that lost their clock. */
  readonly lostClocks?: number;
  /** Whether it has ports for commands, if that is settled, as by its saved state. */
  readonly runsCommands?: boolean | undefined;
}

/** The least memory of a guest with ports for commands. Its kernel keeps 17 MB of it ready for what may come in. */
const leastForCommands = 256 * 2 ** 20;

/** Commands go over SSH where there is a key for it. */
const takesCommands = ({ spec }: Vm): boolean =>
  spec.ssh?.generateKey !== true && spec.memory >= leastForCommands;

/**
 * Pure. Tells whether the VM has a disk for cloud-init, which is so if its spec asks for it, or if its image
 * is a whole disk.
 */
export const readsCloudInit = ({ spec, status }: Vm): boolean =>
  spec.cloudInit !== undefined || status.image?.bootMode === 'disk';

/** Pure. Returns the machine of a VM as its VMM sees it, in a sandbox where all files are below /vm. */
export function vmMachine(
  vm: Vm,
  { attachment, volumes, accel, vmm, lostClocks = 0, runsCommands = takesCommands(vm) }: VmMachineInput,
): Machine {
  const arch = archOf(vm);
  const { channel } = vmm.capabilities;
  const devices = volumeDevices(volumes);
  const disks = vmDisks(vm, devices.disks, vmm);
  return {
    name: `ignite-${vm.metadata.uid}`,
    arch,
    accel,
    ...(arch === 'arm64' && { gic: gicOf(vm.spec, accel) }),
    cpus: vm.spec.cpus,
    memory: vm.spec.memory,
    kernel: {
      path: '/vm/kernel',
      initrd: '/vm/initrd',
      commandLine: kernelCommandLine({
        vmmArguments: vmm.kernelArguments(arch),
        arch,
        accel,
        cpus: vm.spec.cpus,
        lostClocks,
        channel,
        ...(!vmm.capabilities.serials && { places: [...disks.map(({ serial }) => serial), statusSerial] }),
        extra: vm.spec.kernel.cmdLine ?? '',
      }),
    },
    disks,
    shares: devices.shares,
    nics: attachment.nics.flatMap(({ tap, mac }) => (tap === undefined ? [] : [{ tap, mac }])),
    statusFile: '/vm/exit-status',
    events: '/vm/events/qmp',
    controlSocket: '/vm/run/control.sock',
    consoleSocket: '/vm/run/console.sock',
    ...(channel === 'ports'
      ? {
          ...(runsEntrypoint(vm) && { streams }),
          clockSocket: '/vm/run/clock.sock',
          identitySocket: '/vm/run/identity.sock',
          ...(runsCommands && { commandSockets: commandSocketNames.map((name) => `/vm/run/${name}`) }),
        }
      : { vsockPath: '/vm/run/vsock' }),
    // The sandbox's monitor writes what arrives there to a log of limited size.
    consoleLog: runsEntrypoint(vm) ? '/proc/self/fd/2' : '/proc/self/fd/1',
  };
}

/** The outputs are the file descriptors that host/streams reads. */
const streams: MachineStreams = {
  stdinSocket: '/vm/run/stdin.sock',
  guestSocket: '/vm/run/guest.sock',
  stdout: '/proc/self/fd/3',
  stderr: '/proc/self/fd/4',
};

/**
 * The targets of the links in the folder `events` of a VM. host/streams writes what arrives at the file
 * descriptor to a file of limited size.
 */
export const eventLinks: Readonly<Record<string, string>> = {
  'qmp.in': '/vm/events.in',
  'qmp.out': '/proc/self/fd/5',
};

function vmDisks(vm: Vm, volumes: readonly MachineDisk[], { capabilities }: Vmm): readonly MachineDisk[] {
  const readOnly = (serial: string, file: string): MachineDisk => ({
    serial,
    path: `/vm/${file}`,
    format: 'raw',
    readOnly: true,
  });
  const format = capabilities.diskFormats[0] ?? 'raw';
  return [
    { serial: 'root', path: `/vm/root.${format}`, format, readOnly: false },
    // The volumes follow the root disk, as in the original: /dev/vdb and so on.
    ...volumes,
    readOnly('modules', 'modules.squashfs'),
    readOnly('seed', 'seed.cpio'),
    ...(readsCloudInit(vm) ? [readOnly('cidata', 'cidata.img')] : []),
  ];
}

function gicOf({ machine, cpus }: VmSpec, accel: Accel): Gic {
  if (machine?.gic !== undefined) return machine.gic;
  if (accel.kind === 'kvm') return 'host';
  return cpus <= gic2Cpus ? 2 : 3;
}

/**
 * Pure. Asserts that a VMM can give a machine of an architecture what `spec` asks for.
 * @throws CodedError VM_INVALID, VOLUME_UNSUPPORTED
 */
export function assertMachine({ machine, cpus, storage }: VmSpec, arch: Arch, vmm: Vmm): void {
  if (machine?.gic !== undefined) assertGic(machine.gic, { arch, cpus }, vmm);
  const most = vmm.capabilities.cpus;
  if (cpus > most)
    throw invalidVm(
      `spec.cpus: ${vmm.name} supports at most ${most} CPUs, not ${cpus}`,
      'use fewer CPUs, or another VMM',
    );
  const folder = storage?.volumes.find(({ hostPath }) => hostPath);
  if (folder && !vmm.capabilities.sharedFolders) throw foldersUnsupported(folder.name, vmm.name);
}

function assertGic(
  version: number,
  { arch, cpus }: { readonly arch: Arch; readonly cpus: number },
  { name, capabilities }: Vmm,
): void {
  if (arch !== 'arm64') {
    throw invalidVm(
      `spec.machine.gic: an ${arch} machine has no GIC`,
      'omit it, or create the VM with --arch arm64',
    );
  }
  if (!capabilities.gicChoice)
    throw invalidVm(`spec.machine.gic: with ${name}, a VM has the GIC of the host`, 'omit it');
  if (version === 2 && cpus > gic2Cpus) {
    throw invalidVm(
      `spec.machine.gic: version 2 supports at most ${gic2Cpus} CPUs, not ${cpus}`,
      'use version 3, or fewer CPUs',
    );
  }
}

/**
 * Asserts that a machine has no more devices than its VMM supports.
 * @throws CodedError VM_INVALID
 */
export function assertMachineFits(machine: Pick<Machine, 'disks' | 'shares' | 'nics'>, vmm: Vmm): void {
  const [has, most] = [deviceCount(machine), vmm.capabilities.devices];
  if (has <= most) return;
  throw invalidVm(
    `the VM would have ${has} devices, but ${vmm.name} supports at most ${most}`,
    `remove ${has - most} of its volumes or interfaces`,
  );
}
