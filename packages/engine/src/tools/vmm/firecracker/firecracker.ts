import { existsSync } from 'node:fs';
import type { Arch } from '@ignite/api/v1/arch';
import { bytes } from '@ignite/toolkit/units/bytes';
import { memoryOverhead } from '../memory-overhead.ts';
import type { Vmm } from '../vmm.ts';
import { balloonMiB, bootedMemoryMiB, hasStarted, sendRequests } from './api-client.ts';
import { bootRequests } from './boot-requests.ts';
import { guestEnd } from './guest-end.ts';

/**
 * The paths at which the program is looked for. No distribution packages Firecracker, so it is installed from
 * its releases.
 */
const places = ['/usr/local/bin/firecracker', '/usr/bin/firecracker', '/opt/firecracker/firecracker'];
const releases = 'https://github.com/firecracker-microvm/firecracker/releases';

/**
 * The memory of Firecracker itself in bytes. Its program and its heap take about 5 MiB (its docs/design.md);
 * its buffers for disks and interfaces are added to that.
 */
const own = bytes(64 * 2 ** 20);

/**
 * The arguments for a guest's kernel. The power of an amd64 machine cannot be switched off: a guest ends by
 * resetting the machine, and guest/init must be told so. The i8042 arguments spare the kernel its search for
 * a mouse (docs/api_requests/actions.md).
 */
const kernelArguments: Readonly<Record<Arch, string>> = {
  amd64: 'console=ttyS0 reboot=k pci=off i8042.noaux i8042.nomux i8042.dumbkbd ignite.end=reboot',
  arm64: 'console=ttyS0 reboot=k pci=off',
};

/**
 * The lines of Firecracker's log (its docs/logger.md) and of what ends it, and those of the program that runs
 * it.
 */
const ownErrors = /^(\d{4}-\d\d-\d\dT[\d:.]+ \[|Error: |thread '|streams: )/;

/**
 * Firecracker, which is told over its API socket what to run. It needs KVM, raw disks and an uncompressed
 * kernel. Our sandbox does what its jailer would do, and its own seccomp filters are on by default.
 */
export const firecracker: Vmm = {
  name: 'firecracker',
  capabilities: {
    emulation: false,
    pause: true,
    savedStates: false,
    balloon: true,
    diskFormats: ['raw'],
    serials: false,
    packedKernels: false,
    channel: 'vsock',
    consoleInput: false,
    sharedFolders: false,
    gicChoice: false,
    cpus: 32,
    // On amd64, each device has an interrupt of its own, from 5 to 23. The vsock device is one of them.
    devices: 18,
  },
  program: () => places.find(existsSync) ?? places[0]!,
  howToGet: () =>
    `download a release from ${releases}, verify it with its .sha256.txt, and put the program at ${places[0]}`,
  // The program is linked statically, and is installed in places that no sandbox shows.
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
  isOwnError: (line) => ownErrors.test(line),
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
  mapsMemory: async () => false,
  versionIn: (printed) => printed.split('\n')[0] ?? '',
  version: () => noSavedStates(),
  saveState: () => noSavedStates(),
  loadState: () => noSavedStates(),
  setLinks: () => noSavedStates(),
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

/** The engine asks for the capability before. */
const noSavedStates = async (): Promise<never> => {
  throw new Error('Ignite saves no states of Firecracker yet');
};
