import type { Vmm } from '../vmm.ts';
import { qemuArgv, qemuProgram } from './argv.ts';
import { qmpCommand } from './qmp.ts';

/** QEMU, which boots the guest by itself and is driven by its machine protocol. */
export const qemu: Vmm = {
  name: 'qemu',
  capabilities: { pause: true, balloon: false, diskFormats: ['qcow2', 'raw'] },
  command: (machine) => [`/usr/bin/${qemuProgram}`, ...qemuArgv(machine)],
  boot: async () => {},
  pressPowerButton: async ({ control }, signal) => {
    await qmpCommand(control, { execute: 'system_powerdown' }, signal);
  },
  pause: async ({ control }, signal) => {
    await qmpCommand(control, { execute: 'stop' }, signal);
  },
  resume: async ({ control }, signal) => {
    await qmpCommand(control, { execute: 'cont' }, signal);
  },
  resizeMemory: async ({ control }, size, signal) => {
    await qmpCommand(control, { execute: 'balloon', arguments: { value: size } }, signal);
  },
};
