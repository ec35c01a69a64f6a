import type { Vm } from '@ignite/api/v1/vm';
import type { Attachment } from '../network/network.ts';
import type { Accel } from '../vmm/accel.ts';
import { type Machine, kernelCommandLine } from '../vmm/machine.ts';

/** Pure. A VM as its VMM sees it, in a sandbox where all its files are below /vm. */
export function vmMachine(vm: Vm, attachment: Attachment, accel: Accel): Machine {
  return {
    name: `ignite-${vm.metadata.uid}`,
    accel,
    cpus: vm.spec.cpus,
    memory: vm.spec.memory,
    kernel: {
      path: '/vm/kernel',
      initrd: '/vm/initrd',
      commandLine: kernelCommandLine(accel, vm.spec.kernel.cmdLine ?? ''),
    },
    disks: [
      { serial: 'root', path: '/vm/root.qcow2', format: 'qcow2', readOnly: false },
      { serial: 'modules', path: '/vm/modules.squashfs', format: 'raw', readOnly: true },
      { serial: 'seed', path: '/vm/seed.cpio', format: 'raw', readOnly: true },
    ],
    nics: [{ tap: attachment.tap, mac: attachment.mac }],
    statusFile: '/vm/exit-status',
    controlSocket: '/vm/run/control.sock',
    consoleSocket: '/vm/run/console.sock',
  };
}
