import { join } from 'node:path';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../host/arch.ts';
import type { Accel } from '../vmm/accel.ts';
import { type Machine, kernelCommandLine } from '../vmm/machine.ts';
import { qemu } from '../vmm/qemu/qemu.ts';

const memory: Bytes = bytes(512 * 2 ** 20);

export interface ReaderDisks {
  /** Of the image; read-only. */
  readonly base: string;
  /** A throw-away layer on the VM's disk, to which a journal may be replayed. */
  readonly now: string;
  /** A raw file that takes the answer. */
  readonly out: string;
  readonly seed: string;
}

/** Pure. A machine that has no network and looks at disks. `dir` takes its sockets and what it reports. */
export function readerMachine(
  dir: string,
  kernel: Pick<Machine['kernel'], 'path' | 'initrd'>,
  disks: ReaderDisks,
  accel: Accel,
): Machine {
  const disk = (serial: keyof ReaderDisks, format: 'raw' | 'qcow2', readOnly: boolean) => ({
    serial,
    path: disks[serial],
    format,
    readOnly,
  });
  return {
    name: 'ignite-reader',
    arch: hostArch,
    accel,
    ...(hostArch === 'arm64' && { gic: accel.kind === 'kvm' ? ('host' as const) : (2 as const) }),
    cpus: 1,
    memory,
    kernel: {
      ...kernel,
      commandLine: kernelCommandLine({
        vmmArguments: qemu.kernelArguments(hostArch),
        arch: hostArch,
        accel,
        extra: '',
      }),
    },
    disks: [
      disk('base', 'raw', true),
      disk('now', 'qcow2', false),
      disk('out', 'raw', false),
      disk('seed', 'raw', true),
    ],
    shares: [],
    nics: [],
    statusFile: join(dir, 'reports'),
    controlSocket: join(dir, 'control.sock'),
    consoleSocket: join(dir, 'console.sock'),
    consoleLog: join(dir, 'console.log'),
  };
}
