import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../../tools/host/arch.ts';
import type { SandboxMount } from '../../tools/sandbox/sandbox.ts';
import { shownBase } from '../../tools/rootfs/qemu-img.ts';
import type { Accel } from '../../tools/vmm/accel.ts';
import { type Machine, kernelCommandLine } from '../../tools/vmm/machine.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';

const memory: Bytes = bytes(512 * 2 ** 20);

/** The files of the reader machine. */
export interface ReaderFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** The base disk of the image. */
  readonly base: string;
  /** The VM's disk on top of `base`. */
  readonly disk: string;
  /** A throw-away layer on top of `disk`, to which a journal may be replayed. */
  readonly now: string;
  /** A raw file that receives the answer. */
  readonly out: string;
  readonly seed: string;
  /** The file that receives the machine's reports. */
  readonly reports: string;
}

/** The paths of the files within the reader's sandbox. */
export const readerPaths: ReaderFiles = {
  kernel: '/vm/kernel',
  initrd: '/vm/initrd',
  base: shownBase,
  disk: '/vm/disk.qcow2',
  now: '/vm/now.qcow2',
  out: '/vm/out',
  seed: '/vm/seed',
  reports: '/vm/reports',
};

/** Pure. Returns the mounts of the reader's sandbox. It cannot write to the VM's disk. */
export function readerMounts(files: ReaderFiles): readonly SandboxMount[] {
  const show = (name: keyof ReaderFiles, writable = false): SandboxMount => ({
    source: files[name],
    target: readerPaths[name],
    writable,
  });
  const secret = (name: keyof ReaderFiles): SandboxMount => ({ ...show(name), isSecret: true });
  return [
    ...[show('kernel'), show('initrd'), show('base'), secret('disk'), secret('seed')],
    ...[show('now', true), show('out', true), show('reports', true)],
  ];
}

/**
 * Pure. Returns the machine that reads disks, which has no network, with the paths of its sandbox. `lostClocks` is the number of
 * boots before this one that lost their clock.
 */
export function readerMachine(accel: Accel, lostClocks = 0): Machine {
  const disk = (serial: 'base' | 'now' | 'out' | 'seed', format: 'raw' | 'qcow2', readOnly: boolean) => ({
    serial,
    path: readerPaths[serial],
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
      path: readerPaths.kernel,
      initrd: readerPaths.initrd,
      commandLine: kernelCommandLine({
        vmmArguments: qemu.kernelArguments(hostArch),
        arch: hostArch,
        accel,
        cpus: 1,
        lostClocks,
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
    statusFile: readerPaths.reports,
    controlSocket: '/tmp/control.sock',
    consoleSocket: '/tmp/console.sock',
    consoleLog: '/dev/null',
  };
}
