import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Arch } from '@ignite/api/v1/arch';
import type { Accel } from './accel.ts';

export type DiskFormat = 'qcow2' | 'raw';

/** The rate limits of a disk, or of each direction of an interface. */
export interface RateLimit {
  readonly bytesPerSecond?: number;
  readonly operationsPerSecond?: number;
}

export interface MachineDisk {
  /**
   * The name by which the guest finds the disk: a letter and at most 19 more characters. guest/init knows the
   * names `root`, `modules`, `seed` and `status`.
   */
  readonly serial: string;
  readonly path: string;
  readonly format: DiskFormat;
  readonly readOnly: boolean;
  readonly limit?: RateLimit;
  /** Whether `path` is a block device rather than a file. */
  readonly isDevice?: boolean;
}

/**
 * A folder of the host that another program shares with the guest at a socket (virtio-fs over vhost-user).
 */
export interface MachineShare {
  /** The name by which the guest finds the folder, of at most 36 characters. */
  readonly tag: string;
  readonly socket: string;
}

/**
 * The version of an arm64 machine's interrupt controller. `host` is the version of the host's controller,
 * which is available under KVM.
 */
export type Gic = 2 | 3 | 'host';

export interface MachineNic {
  readonly tap: string;
  readonly mac: string;
  readonly limit?: RateLimit;
}

/** What connects guest/channel with the host. */
export type GuestChannel = 'ports' | 'vsock';

/** The host's ends of the virtio-serial ports for the standard streams of a guest's entrypoint. */
export interface MachineStreams {
  /**
   * The VMM creates both sockets: this one for the standard input, and `guestSocket` for requests to
   * guest/channel.
   */
  readonly stdinSocket: string;
  readonly guestSocket: string;
  /** The VMM writes to both files, `stdout` and `stderr`, as fast as they are read. */
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A file that is the guest's memory. What the guest writes goes to the file if it is kept, and to memory of the VMM's own if the file is
 * mapped privately. A state of the machine does not contain the memory of a kept file, and is loaded beside the same file.
 */
export interface MachineMemory {
  readonly path: string;
  readonly use: 'kept' | 'private';
}

/** A virtual machine, described independently of its VMM. All paths are as the VMM sees them. */
export interface Machine {
  readonly name: string;
  readonly arch: Arch;
  readonly accel: Accel;
  /** The interrupt controller; only arm64 machines have it. */
  readonly gic?: Gic;
  readonly cpus: number;
  readonly memory: Bytes;
  /** The file that is its memory, unless that is the VMM's own. */
  readonly memoryFile?: MachineMemory;
  readonly kernel: { readonly path: string; readonly initrd: string; readonly commandLine: string };
  /** The disks in the order in which the guest names them, starting with /dev/vda. */
  readonly disks: readonly MachineDisk[];
  readonly shares: readonly MachineShare[];
  /** The interfaces in the order in which the guest numbers them, starting with eth0. */
  readonly nics: readonly MachineNic[];
  /** The file of `statusSize` bytes that receives what the guest writes to its disk `status`. */
  readonly statusFile: string;
  readonly events?: string;
  readonly controlSocket: string;
  readonly consoleSocket: string;
  /** True if the machine gets a saved state instead of a boot. */
  readonly loadsState?: boolean;
  /** The streams of the entrypoint, if the guest runs one and has virtio-serial ports. */
  readonly streams?: MachineStreams;
  /** The socket that the VMM connects to, at which host/streams tells the guest the time. */
  readonly clockSocket?: string;
  /** The socket at which the VMM listens for the identity of a machine that goes on from a snapshot. */
  readonly identitySocket?: string;
  /** The sockets at which the VMM listens for the commands that guest/serve-commands runs, one at a time at each. */
  readonly commandSockets?: readonly string[];
  /** The socket that leads to the guest's vsock ports. With `_N` behind it, it is what the host's port N is. */
  readonly vsockPath?: string;
  /** The data that the guest can request at 169.254.169.254. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The file that the VMM writes its own metrics to. */
  readonly metricsPath?: string;
  /** The file that receives a copy of the console's output. */
  readonly consoleLog: string;
}

/** The number of devices that every machine has: the status disk, the source of entropy and the balloon. */
const fixedDevices = 3;

/**
 * The size of the status disk in bytes. It has room for several reports of at most 208 bytes. A disk cannot
 * grow, so a guest cannot fill the host with its reports.
 */
export const statusSize = 4_096;

/** The name by which the guest finds the disk that it writes its reports to. */
export const statusSerial = 'status';

/** Pure. Returns the disk that the guest writes its reports to. It is the last of the guest's disks. */
export const statusDisk = ({ statusFile }: Pick<Machine, 'statusFile'>): MachineDisk => ({
  serial: statusSerial,
  path: statusFile,
  format: 'raw',
  readOnly: false,
});

/** Pure. Returns the number of devices of a machine, for comparison with the limit of its VMM. */
export const deviceCount = ({ disks, shares, nics }: Pick<Machine, 'disks' | 'shares' | 'nics'>): number =>
  disks.length + shares.length + nics.length + fixedDevices;

/** The parts of a kernel's command line. */
export interface KernelWords {
  /** The arguments that the VMM needs, as `Vmm.kernelArguments` returns them. */
  readonly vmmArguments: string;
  readonly arch: Arch;
  readonly accel: Accel;
  readonly cpus: number;
  /** The number of boots in a row before this one that lost their clock. */
  readonly lostClocks: number;
  /** The names of the guest's disks in their order, for a guest that cannot see their serials. */
  readonly places?: readonly string[];
  /** The guest's channel to the host, if it has one. */
  readonly channel?: GuestChannel;
  /** The arguments that the user adds. */
  readonly extra: string;
}

/**
 * Pure. Returns a kernel's command line: what the VMM, Ignite's init and a quick boot need, followed by what
 * the user adds.
 */
export function kernelCommandLine(kernel: KernelWords): string {
  const { vmmArguments, arch, accel, places, channel, extra } = kernel;
  const words = [
    ...[vmmArguments, 'panic=-1 net.ifnames=0 quiet loglevel=3'],
    ...(accel.kind === 'tcg' ? [untestedCiphers] : []),
    ...(accel.kind === 'tcg' && arch === 'amd64'
      ? [...emulatedTsc(accel), ...emulatedTimer(kernel), ...laterCpus(kernel)]
      : []),
    ...(places === undefined ? [] : [`ignite.disks=${places.join(',')}`]),
    ...(channel === undefined ? [] : [`ignite.channel=${channel}`]),
    extra,
  ];
  return words.join(' ').trim();
}

/** Keeps the kernel from testing its ciphers, which took 1 s of an emulated boot of 20 s. */
const untestedCiphers = 'cryptomgr.notests';

/**
 * Returns the arguments about the time stamp counter. An emulated counter is one clock for all CPUs. A kernel
 * that is not told this distrusts the counter if there are several CPUs, and counts ticks instead: it loses
 * time, and each of its idle CPUs wakes up 250 times a second. The kernel is also told the counter's rate,
 * because its own measurement can fail on a busy host, after which no clock ticks at all.
 */
const emulatedTsc = ({ tscKhz }: { readonly tscKhz?: number }): readonly string[] => [
  'tsc=reliable',
  ...(tscKhz === undefined ? [] : [`tsc_early_khz=${tscKhz}`]),
];

/**
 * Pure. Tells whether the guest's kernel measures the rate of its timer, in which case guest/init checks the
 * result.
 */
export const isTimerMeasured = ({ accel, arch }: Pick<Machine, 'accel' | 'arch'>): boolean =>
  accel.kind === 'tcg' && arch === 'amd64';

/**
 * The rate of an emulated APIC timer in kHz. The timer counts nanoseconds, sixteen at a time as Linux asks.
 */
const timerKhz = 62_500;
/** The number of boots with a bad clock after which any clock that ticks is accepted. */
const strictBoots = 2;

/**
 * Returns the argument for guest/init: the timer's rate in kHz, how many percent the kernel's measurement may
 * be off, and the number of boots that were in vain.
 */
const emulatedTimer = ({ lostClocks }: Pick<KernelWords, 'lostClocks'>): readonly string[] => [
  `ignite.timer=${timerKhz},${lostClocks < strictBoots ? 10 : 60},${lostClocks}`,
];

/**
 * Returns the arguments that make the kernel start one CPU only. A kernel whose timer does not tick waits for
 * its other CPUs forever, so guest/init starts them after it has checked the timer. `noreplace-smp` keeps the
 * kernel from rewriting itself for a single CPU and back. A number of CPUs that the user sets takes
 * precedence.
 */
const laterCpus = ({ cpus, extra }: Pick<KernelWords, 'cpus' | 'extra'>): readonly string[] =>
  cpus === 1 || /\b(maxcpus|nosmp)\b/.test(extra) ? [] : ['maxcpus=1 noreplace-smp ignite.cpus=all'];
