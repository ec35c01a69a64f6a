import { existsSync } from 'node:fs';
import type { Arch } from '@ignite/api/v1/arch';
import { bytes } from '@ignite/toolkit/units/bytes';
import { memoryOverhead } from '../memory-overhead.ts';
import type { Vmm } from '../vmm.ts';
import { balloonMiB, bootedMemoryMiB, hasStarted, sendRequests } from './api-client.ts';
import { bootRequests } from './boot-requests.ts';
import { guestEnd } from './guest-end.ts';

/** No distribution packages it: its releases are put in one of these places. */
const places = ['/usr/local/bin/firecracker', '/usr/bin/firecracker', '/opt/firecracker/firecracker'];
const releases = 'https://github.com/firecracker-microvm/firecracker/releases';

/** Its program and its heap are of some 5 MiB (docs/design.md); its buffers for disks and interfaces come to that. */
const own = bytes(64 * 2 ** 20);

/**
 * On amd64 its machines know no power that could be switched off: a guest ends by resetting the machine, which guest/init
 * must be told. The words about i8042 spare the kernel its search for a mouse (docs/api_requests/actions.md).
 */
const kernelArguments: Readonly<Record<Arch, string>> = {
  amd64: 'console=ttyS0 reboot=k pci=off i8042.noaux i8042.nomux i8042.dumbkbd ignite.end=reboot',
  arm64: 'console=ttyS0 reboot=k pci=off',
};

/**
 * Firecracker, which is told over its API socket what to run. It needs KVM, raw disks and a kernel that is no compressed
 * image; our sandbox does what its jailer would, and its own seccomp filters are on by default.
 */
export const firecracker: Vmm = {
  name: 'firecracker',
  capabilities: {
    emulation: false,
    pause: true,
    balloon: true,
    diskFormats: ['raw'],
    serials: false,
    packedKernels: false,
    streams: false,
    consoleInput: false,
    sharedFolders: false,
    gicChoice: false,
    cpus: 32,
    // On amd64 each has an interrupt of its own, 5 to 23.
    devices: 19,
  },
  program: () => places.find(existsSync) ?? places[0]!,
  howToGet: () =>
    `download a release from ${releases}, verify it with its .sha256.txt, and put the program at ${places[0]}`,
  // It is linked statically, and stands in places that no sandbox shows.
  files: (arch) => [firecracker.program(arch)],
  kernelArguments: (arch) => kernelArguments[arch],
  memoryOverhead: (machine) => memoryOverhead(machine, own),
  command: (machine) => [
    firecracker.program(machine.arch),
    ...['--api-sock', machine.controlSocket, '--id', machine.name],
  ],
  boot: async (machine, { control }, signal) => {
    await sendRequests(control, bootRequests(machine), signal);
  },
  hasBooted: ({ control }, signal) => hasStarted(control, signal),
  eventsRequest: '',
  isOwnError: () => true,
  guestEnd: ({ printed = '' }) => guestEnd(printed),
  pressPowerButton: async ({ control }, signal) => {
    const body = { action_type: 'SendCtrlAltDel' } as const;
    await sendRequests(control, [{ method: 'PUT', path: '/actions', body }], signal);
  },
  pause: async ({ control }, signal) => {
    await sendRequests(control, [{ method: 'PATCH', path: '/vm', body: { state: 'Paused' } }], signal);
  },
  resume: async ({ control }, signal) => {
    await sendRequests(control, [{ method: 'PATCH', path: '/vm', body: { state: 'Resumed' } }], signal);
  },
  resizeMemory: async ({ control }, size, signal) => {
    const booted = await bootedMemoryMiB(control, signal);
    const body = { amount_mib: booted - size / 2 ** 20 };
    await sendRequests(control, [{ method: 'PATCH', path: '/balloon', body }], signal);
  },
  guestMemory: async ({ control }, signal) => {
    const [booted, taken] = [await bootedMemoryMiB(control, signal), await balloonMiB(control, signal)];
    return bytes((booted - taken) * 2 ** 20);
  },
};
