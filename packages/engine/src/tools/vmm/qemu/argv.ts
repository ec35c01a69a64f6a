import type { Arch } from '@ignite/api/v1/arch';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import {
  type Machine,
  type MachineDisk,
  type MachineMemory,
  type MachineNic,
  type MachineShare,
  type MachineStreams,
  statusDisk,
} from '../machine.ts';
import { translationCache } from '../memory-overhead.ts';

/** The virtio-serial ports that a machine may have besides those for commands. The first is the console. */
const fixedPorts = 7;

export const qemuPrograms: Readonly<Record<Arch, string>> = {
  amd64: 'qemu-system-x86_64',
  arm64: 'qemu-system-aarch64',
};

/**
 * Pure. Returns the arguments of qemu(1). Their order is fixed, so that two command lines can be compared.
 */
export function qemuArgv(machine: Machine): readonly string[] {
  const { commandSockets = [] } = machine;
  return [
    ...['-name', `${machine.name},debug-threads=off`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-accel', accelerator(machine)],
    ...board(machine),
    ...['-cpu', machine.accel.kind === 'kvm' ? 'host' : emulatedCpus[machine.arch]],
    ...['-smp', String(machine.cpus)],
    ...['-m', `${machine.memory / 2 ** 20}M`],
    ...(machine.shares.length > 0 ? sharedMemory(machine.memory) : []),
    ...(machine.memoryFile === undefined ? [] : memoryInFile(machine, machine.memoryFile)),
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
    // The kernel writes here until it has the virtio console.
    ...['-chardev', `null,id=boot,logfile=${escape(machine.consoleLog)}`],
    ...['-serial', 'chardev:boot'],
    ...['-device', `virtio-serial-device,max_ports=${fixedPorts + commandSockets.length}`],
    ...['-device', 'virtconsole,chardev=console,nr=0'],
    ...(machine.streams === undefined ? [] : streams(machine.streams)),
    ...(machine.clockSocket === undefined
      ? []
      : port(5, 'clock', `socket,path=${escape(machine.clockSocket)}`)),
    ...(machine.identitySocket === undefined
      ? []
      : port(6, 'identity', `socket,path=${escape(machine.identitySocket)},server=on,wait=off`)),
    ...commandSockets.flatMap((path, at) =>
      port(fixedPorts + at, `command${at}`, `socket,path=${escape(path)},server=on,wait=off`),
    ),
    ...[...machine.disks, statusDisk(machine)].flatMap(drive),
    ...machine.shares.flatMap(share),
    ...machine.nics.flatMap(nic),
    ...['-object', 'rng-builtin,id=rng0', '-device', 'virtio-rng-device,rng=rng0'],
    ...(machine.arch === 'arm64' ? ['-device', 'virtio-keyboard-device'] : []),
    // This device tells a guest's panic from its reboot, if the guest's kernel has the driver. On "virt", it
    // would need a PCI bus. Its other event, that a crash kernel was loaded, is switched off: a guest could
    // cause it without end, and each would add a line to a file.
    ...(machine.arch === 'amd64' ? ['-device', 'pvpanic,events=1'] : []),
    ...['-device', 'virtio-balloon-device,deflate-on-oom=on'],
    ...(machine.events === undefined
      ? []
      : [
          ...['-chardev', `pipe,id=events,path=${escape(machine.events)}`],
          ...['-mon', 'chardev=events,mode=control'],
        ]),
    ...['-qmp', `unix:${escape(machine.controlSocket)},server=on,wait=off`],
    ...(machine.loadsState === true ? ['-S', '-incoming', 'defer'] : []),
  ];
}

/**
 * The emulated CPUs. An amd64 "max" claims to copy strings of bytes fast, and a kernel then clears and copies
 * pages that way. Under emulation, that is ten times slower than word by word, so the claim is switched off.
 * A cortex-a72 is the CPU of a Raspberry Pi 4; an arm64 "max" would spend much time on signing pointers.
 */
export const emulatedCpus: Readonly<Record<Arch, string>> = {
  amd64: 'max,erms=off,fsrm=off',
  arm64: 'cortex-a72',
};

const accelerator = ({ accel: { kind }, memory }: Machine): string =>
  kind === 'kvm' ? kind : `${kind},tb-size=${translationCache(memory) / 2 ** 20}`;

function board({ arch, gic, shares, memoryFile }: Machine): readonly string[] {
  const backend = shares.length > 0 ? sharedMemoryId : memoryFile && ownMemoryIds[arch];
  const memory = backend === undefined ? '' : `,memory-backend=${backend}`;
  switch (arch) {
    case 'amd64':
      return [
        ...['-machine', `microvm,acpi=on,rtc=on,pit=on,pic=on,isa-serial=on,usb=off${memory}`],
        ...(shares.length > 0 ? ['-global', 'virtio-mmio.force-legacy=false'] : []),
      ];
    case 'arm64':
      return [
        ...['-machine', `virt,gic-version=${gic ?? 3},usb=off${memory}`],
        // This transport must be told to use virtio 1, which the keyboard needs. The transport of microvm
        // uses it by itself.
        ...['-global', 'virtio-mmio.force-legacy=false'],
      ];
  }
}

/** Escapes a value in an option of QEMU, which splits options at commas. A literal comma is written twice. */
const escape = (value: string): string => value.replaceAll(',', ',,');

/** Pure. Returns the name by which QEMU knows the backend of an interface. */
export const netdevName = (at: number): string => `net${at}`;

const nic = ({ tap, mac }: MachineNic, at: number): readonly string[] => [
  ...['-netdev', `tap,id=${netdevName(at)},ifname=${tap},script=no,downscript=no`],
  ...['-device', `virtio-net-device,netdev=${netdevName(at)},mac=${mac}`],
];

const streams = ({ stdinSocket, guestSocket, stdout, stderr }: MachineStreams): readonly string[] => [
  ...port(1, 'stdin', `socket,path=${escape(stdinSocket)},server=on,wait=off`),
  ...port(2, 'stdout', `file,path=${escape(stdout)}`),
  ...port(3, 'stderr', `file,path=${escape(stderr)}`),
  ...port(4, 'control', `socket,path=${escape(guestSocket)},server=on,wait=off`),
];

/** Returns the arguments for a virtio-serial port. The guest knows the port by its name. */
const port = (number: number, name: string, backend: string): readonly string[] => [
  ...['-chardev', `${backend},id=${name}`],
  ...['-device', `virtserialport,chardev=${name},nr=${number},name=ignite.${name}`],
];

/**
 * Returns the arguments for memory that other programs can map. The programs that share folders read and
 * write the guest's memory, and know only virtio 1.0.
 */
const sharedMemory = (size: Bytes): readonly string[] => [
  '-object',
  `memory-backend-memfd,id=${sharedMemoryId},size=${size / 2 ** 20}M,share=on`,
];
const sharedMemoryId = 'shared';

/** The names that QEMU gives the memory of its machines itself. A state fits only memory of the same name. */
const ownMemoryIds: Readonly<Record<Arch, string>> = { amd64: 'microvm.ram', arm64: 'mach-virt.ram' };

/**
 * Returns the arguments for memory in a file. One that is mapped privately is opened for reading only. "rom=off", of QEMU 8.2 and later, lets
 * the guest write to such memory.
 */
function memoryInFile(
  { arch, memory }: Pick<Machine, 'arch' | 'memory'>,
  { path, use }: MachineMemory,
): readonly string[] {
  const how = use === 'kept' ? 'share=on' : 'share=off,readonly=on,rom=off';
  return [
    '-object',
    `memory-backend-file,id=${ownMemoryIds[arch]},mem-path=${escape(path)},size=${memory / 2 ** 20}M,${how}`,
  ];
}

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
