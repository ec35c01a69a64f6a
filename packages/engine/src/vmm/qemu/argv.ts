import type { Arch } from '@ignite/api/v1/arch';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Accel } from '../accel.ts';
import {
  type Machine,
  type MachineDisk,
  type MachineNic,
  type MachineShare,
  type MachineStreams,
  statusDisk,
} from '../machine.ts';
import { translationCache } from '../memory-overhead.ts';

export const qemuPrograms: Readonly<Record<Arch, string>> = {
  amd64: 'qemu-system-x86_64',
  arm64: 'qemu-system-aarch64',
};

/** Pure. See qemu(1); the order is fixed so that a diff of two command lines means something. */
export function qemuArgv(machine: Machine): readonly string[] {
  return [
    ...['-name', `${machine.name},debug-threads=off`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-accel', accelerator(machine.accel)],
    ...board(machine),
    ...['-cpu', machine.accel.kind === 'kvm' ? 'host' : emulatedCpus[machine.arch]],
    ...['-smp', String(machine.cpus)],
    ...['-m', `${machine.memory / 2 ** 20}M`],
    ...(machine.shares.length > 0 ? sharedMemory(machine.memory) : []),
    ...[
      '-kernel',
      machine.kernel.path,
      '-initrd',
      machine.kernel.initrd,
      '-append',
      machine.kernel.commandLine,
    ],
    ...[
      '-chardev',
      `socket,id=console,path=${escape(machine.consoleSocket)},server=on,wait=off,logfile=${escape(machine.consoleLog)}`,
    ],
    // What the kernel says until it has the other console.
    ...['-chardev', `null,id=boot,logfile=${escape(machine.consoleLog)}`],
    ...['-serial', 'chardev:boot'],
    ...['-device', 'virtio-serial-device,max_ports=5'],
    ...['-device', 'virtconsole,chardev=console,nr=0'],
    ...(machine.streams === undefined ? [] : streams(machine.streams)),
    ...[...machine.disks, statusDisk(machine)].flatMap(drive),
    ...machine.shares.flatMap(share),
    ...machine.nics.flatMap(nic),
    ...['-object', 'rng-builtin,id=rng0', '-device', 'virtio-rng-device,rng=rng0'],
    ...(machine.arch === 'arm64' ? ['-device', 'virtio-keyboard-device'] : []),
    // Tells a guest's panic from its reboot, where its kernel has the driver; on "virt" it would need a PCI bus. That a crash
    // kernel was loaded, its other event, a guest could tell without end, and each would be one more line in a file.
    ...(machine.arch === 'amd64' ? ['-device', 'pvpanic,events=1'] : []),
    ...['-device', 'virtio-balloon-device,deflate-on-oom=on'],
    ...(machine.events === undefined
      ? []
      : [
          ...['-chardev', `pipe,id=events,path=${escape(machine.events)}`],
          ...['-mon', 'chardev=events,mode=control'],
        ]),
    ...['-qmp', `unix:${escape(machine.controlSocket)},server=on,wait=off`],
  ];
}

/**
 * "max" says that it copies strings of bytes fast, on which a kernel clears and copies its pages so: emulated, that is the
 * slowest way, ten times slower than word by word. A cortex-a72 is what a Raspberry Pi 4 has; "max" on arm64 spends much time
 * on signing pointers.
 */
const emulatedCpus: Readonly<Record<Arch, string>> = { amd64: 'max,erms=off,fsrm=off', arm64: 'cortex-a72' };

const accelerator = ({ kind }: Accel): string =>
  kind === 'kvm' ? kind : `${kind},tb-size=${translationCache / 2 ** 20}`;

function board({ arch, gic, shares }: Machine): readonly string[] {
  const memory = shares.length > 0 ? `,memory-backend=${sharedMemoryId}` : '';
  switch (arch) {
    case 'amd64':
      return [
        ...['-machine', `microvm,acpi=on,rtc=on,pit=on,pic=on,isa-serial=on,usb=off${memory}`],
        ...(shares.length > 0 ? ['-global', 'virtio-mmio.force-legacy=false'] : []),
      ];
    case 'arm64':
      return [
        ...['-machine', `virt,gic-version=${gic ?? 3},usb=off${memory}`],
        // The transport of microvm is of virtio 1 as it is; this one must be told, and a keyboard needs it.
        ...['-global', 'virtio-mmio.force-legacy=false'],
      ];
  }
}

/** QEMU option values split at commas; a literal comma is written twice. */
const escape = (value: string): string => value.replaceAll(',', ',,');

const nic = ({ tap, mac }: MachineNic, at: number): readonly string[] => [
  ...['-netdev', `tap,id=net${at},ifname=${tap},script=no,downscript=no`],
  ...['-device', `virtio-net-device,netdev=net${at},mac=${mac}`],
];

const streams = ({ stdinSocket, guestSocket, stdout, stderr }: MachineStreams): readonly string[] => [
  ...port(1, 'stdin', `socket,path=${escape(stdinSocket)},server=on,wait=off`),
  ...port(2, 'stdout', `file,path=${escape(stdout)}`),
  ...port(3, 'stderr', `file,path=${escape(stderr)}`),
  ...port(4, 'control', `socket,path=${escape(guestSocket)},server=on,wait=off`),
];

/** Which the guest knows by its name. */
const port = (number: number, name: string, backend: string): readonly string[] => [
  ...['-chardev', `${backend},id=${name}`],
  ...['-device', `virtserialport,chardev=${name},nr=${number},name=ignite.${name}`],
];

/** The programs that share folders read and write the guest's memory, and know virtio 1.0 alone. */
const sharedMemory = (size: Bytes): readonly string[] => [
  '-object',
  `memory-backend-memfd,id=${sharedMemoryId},size=${size / 2 ** 20}M,share=on`,
];
const sharedMemoryId = 'shared';

const share = ({ tag, socket }: MachineShare, at: number): readonly string[] => [
  ...['-chardev', `socket,id=share${at},path=${escape(socket)}`],
  ...['-device', `vhost-user-fs-device,chardev=share${at},tag=${escape(tag)},queue-size=1024`],
];

function drive(disk: MachineDisk): readonly string[] {
  const readOnly = disk.readOnly ? ',read-only=on' : '';
  return [
    ...[
      '-blockdev',
      `driver=${disk.format},node-name=${disk.serial},discard=unmap${readOnly},file.driver=${disk.isDevice ? 'host_device' : 'file'},file.filename=${escape(disk.path)}`,
    ],
    ...['-device', `virtio-blk-device,drive=${disk.serial},serial=${disk.serial}`],
  ];
}
