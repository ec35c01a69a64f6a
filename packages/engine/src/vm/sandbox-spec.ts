import { join } from 'node:path';
import type { Vm } from '@ignite/api/v1/vm';
import { bytes } from '@ignite/toolkit/units/bytes';
import type { VmFiles } from '../host/paths.ts';
import type { Attachment } from '../network/network.ts';
import { type SandboxSpec, sandboxUser } from '../sandbox/sandbox.ts';
import type { Accel } from '../vmm/accel.ts';
import { kernelCommandLine } from '../vmm/machine.ts';
import { qemuArgv, qemuProgram } from '../vmm/qemu/argv.ts';

export interface SandboxSpecInput {
  readonly vm: Vm;
  readonly files: VmFiles;
  readonly sockets: string;
  readonly baseDisk: string;
  readonly kernelDir: string;
  readonly attachment: Attachment;
  readonly accel: Accel;
  readonly exitCommand: readonly string[];
}

/** Of QEMU itself, its translated code under TCG, and its page tables. */
const vmmOverhead = 512 * 2 ** 20;

/** Pure. A VM's machine in its sandbox: all its files appear below /vm there. */
export function sandboxSpec(input: SandboxSpecInput): SandboxSpec {
  const { vm, files, attachment } = input;
  const { uid } = vm.metadata;
  const readOnly = (source: string, name: string) => ({ source, target: `/vm/${name}`, writable: false });
  const writable = (source: string, name: string) => ({ source, target: `/vm/${name}`, writable: true });
  const argv = qemuArgv({
    name: `ignite-${uid}`,
    accel: input.accel,
    cpus: vm.spec.cpus,
    memory: vm.spec.memory,
    kernel: {
      path: '/vm/kernel',
      initrd: '/vm/initrd',
      commandLine: kernelCommandLine(input.accel, vm.spec.kernel.cmdLine ?? ''),
    },
    disks: [
      { serial: 'root', path: '/vm/root.qcow2', format: 'qcow2', readOnly: false },
      { serial: 'modules', path: '/vm/modules.squashfs', format: 'raw', readOnly: true },
      { serial: 'seed', path: '/vm/seed.cpio', format: 'raw', readOnly: true },
    ],
    nic: { tap: attachment.tap, mac: attachment.mac },
    statusFile: '/vm/exit-status',
    qmpSocket: '/vm/run/qmp.sock',
    consoleSocket: '/vm/run/console.sock',
  });
  return {
    uid,
    argv: [`/usr/bin/${qemuProgram}`, ...argv],
    user: sandboxUser(uid),
    netnsPath: attachment.netnsPath,
    mounts: [
      readOnly(join(input.kernelDir, 'kernel'), 'kernel'),
      readOnly(join(input.kernelDir, 'initrd'), 'initrd'),
      readOnly(join(input.kernelDir, 'modules.squashfs'), 'modules.squashfs'),
      readOnly(input.baseDisk, 'base.ext4'),
      writable(files.disk, 'root.qcow2'),
      writable(files.seed, 'seed.cpio'),
      writable(files.exitStatus, 'exit-status'),
      writable(input.sockets, 'run'),
    ],
    devices: ['/dev/net/tun', ...(input.accel.kind === 'kvm' ? ['/dev/kvm'] : [])],
    memoryLimit: bytes(vm.spec.memory + vmmOverhead),
    // One more than the guest's, for QEMU's own threads.
    cpuLimit: vm.spec.cpus + 1,
    logPath: files.consoleLog,
    exitCommand: input.exitCommand,
  };
}
