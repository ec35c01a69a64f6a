import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Arch } from '@ignite/api/v1/arch';
import type { Accel } from './accel.ts';
import type { DiskFormat } from './vmm.ts';

/** At most this much, in each direction. */
export interface RateLimit {
  readonly bytesPerSecond?: number;
  readonly operationsPerSecond?: number;
}

export interface MachineDisk {
  /** By which the guest finds it: `root`, `modules`, `seed` and `status` are known to guest/init. A letter and at most 19 more characters. */
  readonly serial: string;
  readonly path: string;
  readonly format: DiskFormat;
  readonly readOnly: boolean;
  readonly limit?: RateLimit;
  /** Of a block device rather than a file. */
  readonly isDevice?: boolean;
}

/** A folder of the host, by the socket of the program that serves it (virtio-fs over vhost-user). */
export interface MachineShare {
  /** By which the guest finds it; at most 36 characters. */
  readonly tag: string;
  readonly socket: string;
}

/** The version of an arm64 machine's interrupt controller; under KVM it may be the host's, whichever that is. */
export type Gic = 2 | 3 | 'host';

export interface MachineNic {
  readonly tap: string;
  readonly mac: string;
  readonly limit?: RateLimit;
}

/** The host's ends of the streams of a guest's entrypoint. */
export interface MachineStreams {
  /** Sockets that the VMM makes: for the standard input, and for what guest/channel is told. */
  readonly stdinSocket: string;
  readonly guestSocket: string;
  /** Files that it writes to as fast as they are read. */
  readonly stdout: string;
  readonly stderr: string;
}

/** A virtual machine in no VMM's words. Paths are as the VMM sees them. */
export interface Machine {
  readonly name: string;
  readonly arch: Arch;
  readonly accel: Accel;
  /** Of arm64 machines. */
  readonly gic?: Gic;
  readonly cpus: number;
  readonly memory: Bytes;
  readonly kernel: { readonly path: string; readonly initrd: string; readonly commandLine: string };
  /** In the order in which the guest shall name them: /dev/vda first. */
  readonly disks: readonly MachineDisk[];
  readonly shares: readonly MachineShare[];
  /** In the order in which the guest shall number them: eth0 first. */
  readonly nics: readonly MachineNic[];
  /** Of `statusSize` bytes: receives what the guest writes to its disk `status`. */
  readonly statusFile: string;
  readonly events?: string;
  readonly controlSocket: string;
  readonly consoleSocket: string;
  /** Of a guest that runs an entrypoint. */
  readonly streams?: MachineStreams;
  /** A socket that leads to the guest's vsock ports. */
  readonly vsockPath?: string;
  /** What the guest may ask for at 169.254.169.254. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** A file that takes the VMM's own figures. */
  readonly metricsPath?: string;
  /** Receives a copy of what the console shows. */
  readonly consoleLog: string;
}

/** The status disk, the source of entropy, the balloon. */
const fixedDevices = 3;

/** Some reports of at most 208 bytes: a disk cannot grow, so a guest cannot fill the host with what it reports. */
export const statusSize = 4_096;

/** By which the guest finds the disk that it reports to. */
export const statusSerial = 'status';

/** Pure. The last of the disks. */
export const statusDisk = ({ statusFile }: Pick<Machine, 'statusFile'>): MachineDisk => ({
  serial: statusSerial,
  path: statusFile,
  format: 'raw',
  readOnly: false,
});

/** Pure. How many devices of its own the guest finds in it. */
export const deviceCount = ({ disks, shares, nics }: Pick<Machine, 'disks' | 'shares' | 'nics'>): number =>
  disks.length + shares.length + nics.length + fixedDevices;

/** What is on a kernel's command line besides what its VMM needs there. */
export interface KernelWords {
  /** As `Vmm.kernelArguments` gives it. */
  readonly vmmArguments: string;
  readonly arch: Arch;
  readonly accel: Accel;
  readonly cpus: number;
  /** How many boots before this one have lost their clock. */
  readonly lostClocks: number;
  /** The guest's disks in their order, where it cannot see their serials. */
  readonly places?: readonly string[];
  /** What the user adds. */
  readonly extra: string;
}

/** Pure. What Ignite's init and a quick boot need, and then what the user adds. */
export function kernelCommandLine(kernel: KernelWords): string {
  const { vmmArguments, arch, accel, places, extra } = kernel;
  const words = [
    ...[vmmArguments, 'panic=-1 net.ifnames=0 quiet loglevel=3'],
    ...(accel.kind === 'tcg' && arch === 'amd64'
      ? [...emulatedTsc(accel), ...emulatedTimer(kernel), ...laterCpus(kernel)]
      : []),
    ...(places === undefined ? [] : [`ignite.disks=${places.join(',')}`]),
    extra,
  ];
  return words.join(' ').trim();
}

/**
 * An emulated time stamp counter is one clock for all CPUs. A kernel that does not know this distrusts it where there are
 * several, and then keeps time by counting ticks: it loses time, and its idle CPUs wake up 250 times a second. A busy host
 * upsets the kernel's measurement of the counter's rate, after which no clock ticks at all: so it is told the rate.
 */
const emulatedTsc = ({ tscKhz }: { readonly tscKhz?: number }): readonly string[] => [
  'tsc=reliable',
  ...(tscKhz === undefined ? [] : [`tsc_early_khz=${tscKhz}`]),
];

/** Pure. Whether the guest's kernel measures the rate of its timer, and init looks whether it has done so well. */
export const isTimerMeasured = ({ accel, arch }: Pick<Machine, 'accel' | 'arch'>): boolean =>
  accel.kind === 'tcg' && arch === 'amd64';

/** An emulated APIC timer counts nanoseconds, sixteen at a time as Linux asks it to. */
const timerKhz = 62_500;
/** After so many boots with a bad clock one that ticks at all will do. */
const strictBoots = 2;

/** For init: the rate, how many percent the kernel's measurement may be off, and how many boots were in vain. */
const emulatedTimer = ({ lostClocks }: Pick<KernelWords, 'lostClocks'>): readonly string[] => [
  `ignite.timer=${timerKhz},${lostClocks < strictBoots ? 10 : 60},${lostClocks}`,
];

/**
 * A kernel whose timer does not tick waits for its other CPUs without end: so init brings them up, once it has seen the timer.
 * Meanwhile the kernel shall not rewrite itself for a single CPU, and then back. A user who says how many is heard.
 */
const laterCpus = ({ cpus, extra }: Pick<KernelWords, 'cpus' | 'extra'>): readonly string[] =>
  cpus === 1 || /\b(maxcpus|nosmp)\b/.test(extra) ? [] : ['maxcpus=1 noreplace-smp ignite.cpus=all'];
