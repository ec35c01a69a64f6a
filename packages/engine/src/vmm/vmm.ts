import type { Arch } from '@ignite/api/v1/arch';
import type { VmmName } from '@ignite/api/v1/vm-machine';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Machine } from './machine.ts';

export type DiskFormat = 'qcow2' | 'raw';

/** What a VMM can do besides booting a machine with disks, a console and network interfaces. */
export interface VmmCapabilities {
  /** Whether it runs guests without KVM, and those of another architecture. */
  readonly emulation: boolean;
  /** Whether a paused machine can be resumed. */
  readonly pause: boolean;
  /** Whether memory can be taken from a running guest and given back. */
  readonly balloon: boolean;
  /** Of which a machine's writable disks may be, the best first. */
  readonly diskFormats: readonly DiskFormat[];
  /** Whether a guest can know its disks by their serials; otherwise it is told their places. */
  readonly serials: boolean;
  /** Whether it loads a kernel that unpacks itself. */
  readonly packedKernels: boolean;
  /** Whether the standard streams of an entrypoint reach the host apart from the console, and byte for byte. */
  readonly streams: boolean;
  /** Whether what is typed reaches the guest's console. */
  readonly consoleInput: boolean;
  /** Whether folders of the host can be shared with a guest. */
  readonly sharedFolders: boolean;
  /** Whether an arm64 machine may have another interrupt controller than the host has. */
  readonly gicChoice: boolean;
  readonly cpus: number;
  /** How many devices a machine may have, as `deviceCount` counts them. */
  readonly devices: number;
}

/** The unix sockets of one running VMM, as paths of the host. */
export interface VmmSockets {
  readonly control: string;
  readonly console: string;
}

/** How a guest came to its end, as its VMM saw it. `stopped`: someone told the VMM itself to end. */
export type GuestEnd = 'powered-off' | 'rebooted' | 'panicked' | 'stopped';

/** What the engine needs of a virtual machine monitor. It is asked for by capability, never by name. */
export interface Vmm {
  readonly name: VmmName;
  readonly capabilities: VmmCapabilities;
  /** The program that runs guests of an architecture, as a path of the host. */
  program(arch: Arch): string;
  /** Pure. What to do on a host that lacks the program. */
  howToGet(arch: Arch): string;
  /** Files of the host that its sandbox shows it under their own names, besides those that every sandbox has. */
  files(arch: Arch): readonly string[];
  /** Pure. What a guest's kernel must be told of the machine: its console, and how it comes to an end. */
  kernelArguments(arch: Arch): string;
  /** Pure. How much memory it takes at most besides its guest's, whatever the guest does. */
  memoryOverhead(machine: Pick<Machine, 'accel' | 'cpus' | 'memory'>): Bytes;
  /** The command line, program first, that runs the machine inside its sandbox. */
  command(machine: Machine): readonly string[];
  /**
   * Brings a VMM that has just been launched to where its guest runs; does nothing where it does so by itself.
   * @throws CodedError VMM_REFUSED, VMM_SILENT
   */
  boot(machine: Machine, sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  /** Whether the guest of a VMM that runs has been started. */
  hasBooted(sockets: VmmSockets, signal: AbortSignal): Promise<boolean>;
  /** What it finds in the file `events.in` of its machine when it starts. */
  readonly eventsRequest: string;
  /** Pure. Whether a line of its standard error is its own, rather than its guest's. */
  readonly isOwnError: (line: string) => boolean;
  /** Pure. Out of what it wrote to `events.out` and of what it and its guest printed; undefined when neither tells. */
  guestEnd(told: { readonly events: string; readonly printed?: string }): GuestEnd | undefined;
  /** As a person presses it; the guest may take its time, or not feel it. */
  pressPowerButton(sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  /** Halts the vCPUs; idempotent. */
  pause(sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  resume(sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  /** Lets the guest have `size` of the memory that it was booted with; it gives the rest back as it can. */
  resizeMemory(sockets: VmmSockets, size: Bytes, signal: AbortSignal): Promise<void>;
  /** How much of its memory the guest has at the moment. */
  guestMemory(sockets: VmmSockets, signal: AbortSignal): Promise<Bytes>;
}
