import type { Arch } from '@ignite/api/v1/arch';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { memoryOverhead } from '../memory-overhead.ts';
import type { Vmm } from '../vmm.ts';
import { netdevName, qemuArgv, qemuPrograms } from './argv.ts';
import { eventsRequest, guestEnd } from './events.ts';
import { mapsMemory } from './maps-memory.ts';
import { loadState, printedVersion, qemuVersion, saveState } from './migration.ts';
import { qmpCommand } from './qmp.ts';

const qemuPackages: Readonly<Record<Arch, string>> = { amd64: 'qemu-system-x86', arm64: 'qemu-system-arm' };

/**
 * The memory of QEMU itself in bytes: its program, its heap, the caches of its disks, and the threads that
 * read and write them.
 */
const own = bytes(192 * 2 ** 20);

const kernelArguments: Readonly<Record<Arch, string>> = {
  amd64: 'console=ttyS0 console=hvc0 reboot=t',
  arm64: 'console=ttyAMA0 console=hvc0',
};

/** QEMU, which starts its guest by itself and is controlled with its machine protocol. */
export const qemu: Vmm = {
  name: 'qemu',
  capabilities: {
    emulation: true,
    pause: true,
    savedStates: true,
    balloon: true,
    diskFormats: ['qcow2', 'raw'],
    serials: true,
    packedKernels: true,
    channel: 'ports',
    consoleInput: true,
    sharedFolders: true,
    gicChoice: true,
    cpus: 64,
    // A microvm has room for 24 devices, one of which is the console with the streams.
    devices: 23,
  },
  program: (arch) => `/usr/bin/${qemuPrograms[arch]}`,
  howToGet: (arch) =>
    `install it with "apt-get install ${qemuPackages[arch]}"; "ignite doctor" shows what else is missing`,
  // Every sandbox has the program, and the files that it reads.
  files: () => [],
  kernelArguments: (arch) => kernelArguments[arch],
  memoryOverhead: (machine) => memoryOverhead(machine, own),
  command: (machine) => [qemu.program(machine.arch), ...qemuArgv(machine)],
  boot: async () => {},
  hasBooted: async () => true,
  eventsRequest,
  isOwnError: (line) => /^(qemu-system-\w+|streams): /.test(line),
  guestEnd: ({ events }) => guestEnd(events),
  pressPowerButton: async ({ control }, signal) => {
    await qmpCommand(control, { execute: 'system_powerdown' }, signal);
    // On arm64, system_powerdown is a key on a GPIO line, for which Debian's cloud kernel has no driver. The
    // keyboard has a power key too.
    const keys = [{ type: 'qcode', data: 'power' }] as const;
    await qmpCommand(control, { execute: 'send-key', arguments: { keys } }, signal);
  },
  pause: async ({ control }, signal) => {
    await qmpCommand(control, { execute: 'stop' }, signal);
  },
  resume: async ({ control }, signal) => {
    await qmpCommand(control, { execute: 'cont' }, signal);
  },
  mapsMemory: (arch, host, signal) => mapsMemory(qemu.program(arch), host, signal),
  versionIn: printedVersion,
  version: ({ control }, signal) => qemuVersion(control, signal),
  saveState,
  loadState,
  setLinks: async ({ control }, { count, up }, signal) => {
    for (let at = 0; at < count; at++)
      await qmpCommand(control, { execute: 'set_link', arguments: { name: netdevName(at), up } }, signal);
  },
  resizeMemory: async ({ control }, size, signal) => {
    await qmpCommand(control, { execute: 'balloon', arguments: { value: size } }, signal);
  },
  guestMemory: async ({ control }, signal) => {
    const answer = await qmpCommand(control, { execute: 'query-balloon' }, signal);
    return bytes(v.parse(v.looseObject({ actual: v.number() }), answer).actual);
  },
};
