import type { Machine, MachineDisk, MachineNic } from '../machine.ts';

export const qemuProgram = process.arch === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64';

/** Pure. See qemu(1); the order is fixed so that a diff of two command lines means something. */
export function qemuArgv(machine: Machine): readonly string[] {
  return [
    ...['-name', `${machine.name},debug-threads=off`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-machine', `microvm,accel=${machine.accel.kind},acpi=on,rtc=on,pit=on,pic=on,isa-serial=on,usb=off`],
    ...['-cpu', machine.accel.kind === 'kvm' ? 'host' : 'max'],
    ...['-smp', String(machine.cpus)],
    ...['-m', `${machine.memory / 2 ** 20}M`],
    ...[
      '-kernel',
      machine.kernel.path,
      '-initrd',
      machine.kernel.initrd,
      '-append',
      machine.kernel.commandLine,
    ],
    // The sandbox's monitor keeps what goes to stdout, in a log of bounded size.
    ...[
      '-chardev',
      `socket,id=console,path=${escape(machine.consoleSocket)},server=on,wait=off,logfile=/proc/self/fd/1`,
    ],
    ...['-serial', 'chardev:console'],
    ...machine.disks.flatMap(drive),
    ...machine.nics.flatMap(nic),
    ...['-object', 'rng-builtin,id=rng0', '-device', 'virtio-rng-device,rng=rng0'],
    ...['-device', 'virtio-serial-device', '-chardev', `file,id=status,path=${escape(machine.statusFile)}`],
    ...['-device', 'virtserialport,chardev=status,name=ignite.status'],
    ...['-qmp', `unix:${escape(machine.controlSocket)},server=on,wait=off`],
  ];
}

/** QEMU option values split at commas; a literal comma is written twice. */
const escape = (value: string): string => value.replaceAll(',', ',,');

const nic = ({ tap, mac }: MachineNic, at: number): readonly string[] => [
  ...['-netdev', `tap,id=net${at},ifname=${tap},script=no,downscript=no`],
  ...['-device', `virtio-net-device,netdev=net${at},mac=${mac}`],
];

function drive(disk: MachineDisk): readonly string[] {
  const readOnly = disk.readOnly ? ',read-only=on' : '';
  return [
    ...[
      '-blockdev',
      `driver=${disk.format},node-name=${disk.serial},discard=unmap${readOnly},file.driver=file,file.filename=${escape(disk.path)}`,
    ],
    ...['-device', `virtio-blk-device,drive=${disk.serial},serial=${disk.serial}`],
  ];
}
