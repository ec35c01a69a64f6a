import type { Arch } from '@ignite/api/v1/arch';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { hostArch } from '../host/arch.ts';
import type { Attachment } from '../network/network.ts';
import type { ResolvedVolume } from '../storage/resolve-volumes.ts';
import { volumeDevices } from '../storage/volume-devices.ts';
import type { Accel } from '../vmm/accel.ts';
import { type Gic, type Machine, deviceCount, kernelCommandLine } from '../vmm/machine.ts';
import type { Vmm } from '../vmm/vmm.ts';
import { invalidVm } from './errors.ts';

/** GICv2 has as many CPU interfaces (Arm IHI 0048B). */
const gic2Cpus = 8;

/** VMs that were made before there was a choice are of this host's architecture. */
export const archOf = ({ spec, status }: Vm): Arch => status.arch ?? spec.arch ?? hostArch;

export interface VmMachineInput {
  readonly attachment: Attachment;
  readonly volumes: readonly ResolvedVolume[];
  readonly accel: Accel;
}

/** Pure. Whether the VM has a disk for cloud-init: when it is told to, and when its image is a whole disk. */
export const readsCloudInit = ({ spec, status }: Vm): boolean =>
  spec.cloudInit !== undefined || status.image?.bootMode === 'disk';

/** Pure. A VM as its VMM sees it, in a sandbox where all its files are below /vm. */
export function vmMachine(vm: Vm, { attachment, volumes, accel }: VmMachineInput): Machine {
  const arch = archOf(vm);
  const devices = volumeDevices(volumes);
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
      commandLine: kernelCommandLine(arch, accel, vm.spec.kernel.cmdLine ?? ''),
    },
    disks: [
      { serial: 'root', path: '/vm/root.qcow2', format: 'qcow2', readOnly: false },
      // Right behind the root disk, as in the original: /dev/vdb and on.
      ...devices.disks,
      { serial: 'modules', path: '/vm/modules.squashfs', format: 'raw', readOnly: true },
      { serial: 'seed', path: '/vm/seed.cpio', format: 'raw', readOnly: true },
      ...(readsCloudInit(vm)
        ? [{ serial: 'cidata', path: '/vm/cidata.img', format: 'raw' as const, readOnly: true }]
        : []),
    ],
    shares: devices.shares,
    nics: attachment.nics.map(({ tap, mac }) => ({ tap, mac })),
    statusFile: '/vm/exit-status',
    events: '/vm/events',
    controlSocket: '/vm/run/control.sock',
    consoleSocket: '/vm/run/console.sock',
    // The sandbox's monitor keeps what goes to stdout, in a log of bounded size.
    consoleLog: '/proc/self/fd/1',
  };
}

function gicOf({ machine, cpus }: VmSpec, accel: Accel): Gic {
  if (machine?.gic !== undefined) return machine.gic;
  if (accel.kind === 'kvm') return 'host';
  return cpus <= gic2Cpus ? 2 : 3;
}

/** Pure. @throws CodedError VM_INVALID where no machine of the architecture can be as `spec` asks */
export function assertMachine({ machine, cpus }: VmSpec, arch: Arch): void {
  if (machine?.gic === undefined) return;
  if (arch !== 'arm64') {
    throw invalidVm(
      `spec.machine.gic: an ${arch} machine has no GIC`,
      'leave it out, or make the VM with --arch arm64',
    );
  }
  if (machine.gic === 2 && cpus > gic2Cpus) {
    throw invalidVm(
      `spec.machine.gic: version 2 serves at most ${gic2Cpus} CPUs, not ${cpus}`,
      'take version 3, or fewer CPUs',
    );
  }
}

/** @throws CodedError VM_INVALID when the VM has more devices than its VMM can show it */
export function assertMachineFits(machine: Pick<Machine, 'disks' | 'shares' | 'nics'>, vmm: Vmm): void {
  const [has, most] = [deviceCount(machine), vmm.capabilities.devices];
  if (has <= most) return;
  throw invalidVm(
    `the VM would have ${has} devices, and ${vmm.name} can give it ${most}`,
    `leave out ${has - most} of its volumes or interfaces`,
  );
}
