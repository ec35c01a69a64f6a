import { existsSync } from 'node:fs';
import { bytes } from '@ignite/toolkit/units/bytes';
import type { Vmm } from '../vmm.ts';
import { balloonMiB, bootedMemoryMiB, sendRequests } from './api-client.ts';
import { bootRequests } from './boot-requests.ts';

/** No distribution packages it: its releases are put in one of these places. */
const places = ['/usr/local/bin/firecracker', '/usr/bin/firecracker', '/opt/firecracker/firecracker'];

/**
 * Firecracker, which is told over its API socket what to run. It needs KVM, raw disks and a kernel that is no compressed
 * image; our sandbox does what its jailer would, and its own seccomp filters are on by default.
 */
export const firecracker: Vmm = {
  name: 'firecracker',
  capabilities: {
    pause: true,
    balloon: true,
    diskFormats: ['raw'],
    sharedFolders: false,
    // On amd64 each has an interrupt of its own, 5 to 23.
    devices: 19,
  },
  program: () => places.find(existsSync) ?? places[0]!,
  command: (machine) => [
    firecracker.program(machine.arch),
    ...['--api-sock', machine.controlSocket, '--id', machine.name, '--level', 'Warning'],
  ],
  boot: async (machine, { control }, signal) => {
    await sendRequests(control, bootRequests(machine), signal);
  },
  // It ends with its guest, and tells nothing of how that came about.
  eventsRequest: '',
  guestEnd: () => undefined,
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
