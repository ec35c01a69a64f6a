import { join } from 'node:path';
import type { Vm } from '@ignite/api/v1/vm';
import { bytes } from '@ignite/toolkit/units/bytes';
import type { VmFiles } from '../../host/paths.ts';
import type { Attachment } from '../../network/network.ts';
import { sandboxEnviron } from '../../sandbox/sandbox-environ.ts';
import { type SandboxSpec, sandboxUser } from '../../sandbox/sandbox.ts';
import type { ResolvedVolume } from '../../storage/resolve-volumes.ts';
import { volumeAccess } from '../../storage/volume-devices.ts';
import type { Accel } from '../../vmm/accel.ts';
import type { VmDisk } from '../disks/vm-disk.ts';
import { readsCloudInit } from './vm-machine.ts';

export interface SandboxSpecInput {
  readonly vm: Vm;
  /** Of the VMM, as `Vmm.command` gives it for the VM's machine. */
  readonly command: readonly string[];
  /** Of the host, which the VMM is to see by the same names. */
  readonly vmmFiles: readonly string[];
  readonly disk: VmDisk;
  readonly files: VmFiles;
  readonly sockets: string;
  /** The folder with the sockets of shared folders. */
  readonly shares: string;
  readonly volumes: readonly ResolvedVolume[];
  readonly baseDisk: string;
  readonly kernelDir: string;
  /** The kernel itself, in the form that the VMM loads. */
  readonly kernel: string;
  readonly initrd: string;
  readonly attachment: Attachment;
  readonly accel: Accel;
  readonly exitCommand: readonly string[];
}

/** Of the VMM itself: QEMU's translated code under TCG, page tables. */
const vmmOverhead = 512 * 2 ** 20;

/** Pure. The sandbox of a VM's VMM: all its files appear below /vm there. */
export function sandboxSpec(input: SandboxSpecInput): SandboxSpec {
  const { vm, files, disk, attachment } = input;
  const access = volumeAccess(input.volumes, input.shares);
  const { uid } = vm.metadata;
  const readOnly = (source: string, name: string) => ({ source, target: `/vm/${name}`, writable: false });
  const writable = (source: string, name: string) => ({ source, target: `/vm/${name}`, writable: true });
  return {
    uid,
    runtime: vm.spec.sandbox?.runtime ?? 'conmon',
    environ: sandboxEnviron(vm.metadata.annotations),
    argv: input.command,
    user: sandboxUser(uid),
    netnsPath: attachment.netnsPath,
    mounts: [
      ...input.vmmFiles.map((path) => ({ source: path, target: path, writable: false })),
      readOnly(input.kernel, 'kernel'),
      readOnly(input.initrd, 'initrd'),
      readOnly(join(input.kernelDir, 'modules.squashfs'), 'modules.squashfs'),
      ...(disk.format === 'qcow2' ? [readOnly(input.baseDisk, 'base.ext4')] : []),
      writable(disk.path, `root.${disk.format}`),
      writable(files.seed, 'seed.cpio'),
      writable(files.exitStatus, 'exit-status'),
      writable(files.eventsIn, 'events.in'),
      writable(files.eventsOut, 'events.out'),
      ...(readsCloudInit(vm) ? [writable(files.cloudInit, 'cidata.img')] : []),
      writable(input.sockets, 'run'),
      ...access.mounts,
    ],
    ...(access.blockDevices.length > 0 && { blockDevices: access.blockDevices }),
    devices: ['/dev/net/tun', ...(input.accel.kind === 'kvm' ? ['/dev/kvm'] : [])],
    memoryLimit: bytes(vm.spec.memory + vmmOverhead),
    // One more than the guest's, for QEMU's own threads.
    cpuLimit: vm.spec.cpus + 1,
    logPath: files.consoleLog,
    exitCommand: input.exitCommand,
  };
}
