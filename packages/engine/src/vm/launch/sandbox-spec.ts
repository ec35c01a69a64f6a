import { join } from 'node:path';
import type { MachineMemory } from '../../tools/vmm/machine.ts';
import type { Vm } from '@ignite/api/v1/vm';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { VmFiles } from '../../tools/host/paths.ts';
import type { Attachment } from '../../tools/network/network.ts';
import { sandboxEnviron } from '../../tools/sandbox/sandbox-environ.ts';
import { type SandboxSpec, sandboxUser } from '../../tools/sandbox/sandbox.ts';
import type { ResolvedVolume } from '../../tools/storage/resolve-volumes.ts';
import { volumeAccess } from '../../tools/storage/volume-devices.ts';
import type { Accel } from '../../tools/vmm/accel.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import type { VmDisk } from '../disks/vm-disk.ts';
import { runsEntrypoint } from '../entrypoint.ts';
import { isInBackground } from '../template-maker.ts';
import { memoryInSandbox, readsCloudInit } from './vm-machine.ts';

export interface SandboxSpecInput {
  readonly vm: Vm;
  /** The command line of the VMM, as `Vmm.command` returns it for the VM's machine. */
  readonly command: readonly string[];
  /** The VMM's own memory, as `Vmm.memoryOverhead` returns it. */
  readonly memoryOverhead: Bytes;
  /** The files of the host that the VMM sees at the same paths. */
  readonly vmmFiles: readonly string[];
  readonly disk: VmDisk;
  /** The size, as the guest sees it, of the largest disk that is a file. */
  readonly largestDisk: Bytes;
  readonly files: VmFiles;
  readonly sockets: string;
  /** The folder with the sockets of shared folders. */
  readonly shares: string;
  readonly volumes: readonly ResolvedVolume[];
  readonly baseDisk: string;
  readonly kernelDir: string;
  /** The kernel, in the form that the VMM loads. */
  readonly kernel: string;
  readonly initrd: string;
  readonly attachment: Attachment;
  readonly accel: Accel;
  readonly exitCommand: readonly string[];
  /** How host/streams runs the VMM. */
  readonly streams: StreamsProgram;
  /** The file that is the guest's memory, if one is. */
  readonly memory?: { readonly path: string; readonly use: MachineMemory['use'] };
}

/** The program host/streams, and what it is told. */
export interface StreamsProgram {
  readonly path: string;
  /** The seconds for which it waits for a client. */
  readonly awaitClientSeconds: number;
  readonly channel: KeptChannel;
}

/**
 * What host/streams keeps: virtio-serial ports, or vsock connections for the clock alone, for the streams of
 * an entrypoint too, or for its terminal.
 */
type KeptChannel = 'ports' | 'vsock' | 'vsock-streams' | 'vsock-terminal';

/** Pure. Returns what host/streams keeps for a VM. */
export function keptChannel(vm: Vm, { capabilities }: Vmm): KeptChannel {
  if (capabilities.channel === 'ports') return 'ports';
  if (!runsEntrypoint(vm)) return 'vsock';
  return vm.spec.tty === true ? 'vsock-terminal' : 'vsock-streams';
}

/**
 * The space that a qcow2 file needs besides its clusters: its tables take a thousandth of the size of the
 * clusters, and some exist from the start.
 */
const diskTables = { share: 1 / 512, least: 64 * 2 ** 20 } as const;

/** Pure. Returns the sandbox of a VM's VMM. All files of the VM appear below /vm there. */
export function sandboxSpec(input: SandboxSpecInput): SandboxSpec {
  const { vm, files, disk, attachment } = input;
  const access = volumeAccess(input.volumes, input.shares);
  const { uid } = vm.metadata;
  const readOnly = (source: string, name: string) => ({ source, target: `/vm/${name}`, writable: false });
  const secret = (source: string, name: string) => ({ ...readOnly(source, name), isSecret: true });
  const writable = (source: string, name: string) => ({ source, target: `/vm/${name}`, writable: true });
  return {
    uid,
    runtime: vm.spec.sandbox?.runtime ?? 'conmon',
    environ: sandboxEnviron(vm.metadata.annotations),
    argv: [
      ...['/usr/bin/perl', '/vm/streams', '/vm/run', '/vm/events.out'],
      ...[String(input.streams.awaitClientSeconds), input.streams.channel],
      ...input.command,
    ],
    user: sandboxUser(uid),
    netnsPath: attachment.netnsPath,
    mounts: [
      ...input.vmmFiles.map((path) => ({ source: path, target: path, writable: false })),
      readOnly(input.kernel, 'kernel'),
      readOnly(input.initrd, 'initrd'),
      readOnly(join(input.kernelDir, 'modules.squashfs'), 'modules.squashfs'),
      ...(disk.format === 'qcow2' ? [readOnly(input.baseDisk, 'base.ext4')] : []),
      writable(disk.path, `root.${disk.format}`),
      secret(files.seed, 'seed.cpio'),
      writable(files.exitStatus, 'exit-status'),
      writable(files.eventsIn, 'events.in'),
      writable(files.eventsOut, 'events.out'),
      readOnly(files.events, 'events'),
      ...(readsCloudInit(vm) ? [secret(files.cloudInit, 'cidata.img')] : []),
      writable(input.sockets, 'run'),
      readOnly(input.streams.path, 'streams'),
      ...(input.memory === undefined
        ? []
        : [{ source: input.memory.path, target: memoryInSandbox, writable: input.memory.use === 'kept' }]),
      ...access.mounts,
    ],
    ...(access.blockDevices.length > 0 && { blockDevices: access.blockDevices }),
    devices: ['/dev/net/tun', ...(input.accel.kind === 'kvm' ? ['/dev/kvm'] : [])],
    memoryLimit: bytes(vm.spec.memory + input.memoryOverhead),
    // The memory of a guest is a file too, if it is shared with other programs.
    fileSizeLimit: bytes(
      Math.max(vm.spec.memory, Math.ceil(input.largestDisk * (1 + diskTables.share)) + diskTables.least),
    ),
    // The sandbox gets one CPU more than the guest, for QEMU's own threads.
    cpuLimit: vm.spec.cpus + 1,
    ...(isInBackground(vm) && { isSpare: true }),
    logPath: files.consoleLog,
    exitCommand: input.exitCommand,
  };
}
