import type { Arch } from '@ignite/api/v1/arch';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { hostArch } from '../host/arch.ts';
import type { Attachment } from '../network/network.ts';
import type { Accel } from '../vmm/accel.ts';
import { type Gic, type Machine, kernelCommandLine } from '../vmm/machine.ts';
import { invalidVm } from './errors.ts';

/** GICv2 has as many CPU interfaces (Arm IHI 0048B). */
const gic2Cpus = 8;

/** VMs that were made before there was a choice are of this host's architecture. */
export const archOf = ({ spec, status }: Vm): Arch => status.arch ?? spec.arch ?? hostArch;

/** Pure. A VM as its VMM sees it, in a sandbox where all its files are below /vm. */
export function vmMachine(vm: Vm, attachment: Attachment, accel: Accel): Machine {
  const arch = archOf(vm);
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
      { serial: 'modules', path: '/vm/modules.squashfs', format: 'raw', readOnly: true },
      { serial: 'seed', path: '/vm/seed.cpio', format: 'raw', readOnly: true },
    ],
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
