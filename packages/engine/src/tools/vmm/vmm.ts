import type { Arch } from '@ignite/api/v1/arch';
import type { VmmName } from '@ignite/api/v1/vm-machine';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from '../host/paths.ts';
import type { Readable, Writable } from 'node:stream';
import type { DiskFormat, GuestChannel, Machine } from './machine.ts';

/** What a VMM can do besides booting a machine with disks, a console and network interfaces. */
export interface VmmCapabilities {
  /** Whether the VMM runs guests without KVM, and guests of another architecture. */
  readonly emulation: boolean;
  /** Whether a paused machine can be resumed. */
  readonly pause: boolean;
  /** Whether the state of a paused machine can be saved, and loaded by another VMM instead of a boot. */
  readonly savedStates: boolean;
  /** Whether memory can be taken from a running guest and given back to it. */
  readonly balloon: boolean;
  /** The formats that a machine's writable disks may have, the best first. */
  readonly diskFormats: readonly DiskFormat[];
  /** Whether a guest can see the serials of its disks. If it cannot, it is told their places. */
  readonly serials: boolean;
  /** Whether the VMM loads a kernel that unpacks itself. */
  readonly packedKernels: boolean;
  /** How guests are reached: by virtio-serial ports, or by connections of theirs to vsock ports of the host. */
  readonly channel: GuestChannel;
  /** Whether typed input reaches the guest's console. */
  readonly consoleInput: boolean;
  /** Whether folders of the host can be shared with a guest. */
  readonly sharedFolders: boolean;
  /** Whether an arm64 machine may have a different interrupt controller than the host. */
  readonly gicChoice: boolean;
  readonly cpus: number;
  /** The number of devices that a machine may have, as `deviceCount` counts them. */
  readonly devices: number;
}

/** The unix sockets of a running VMM, as paths of the host. */
export interface VmmSockets {
  readonly control: string;
  readonly console: string;
  /** Where the state of the machine is passed while it is saved or loaded. */
  readonly state: string;
}

export interface LoadOptions {
  /** Whether the state was saved without its memory, which the machine has in a file. */
  readonly hasMemoryFile: boolean;
}

export interface SaveOptions extends LoadOptions {
  /** The user of the VMM. */
  readonly owner: number;
}

/** How a guest ended, as its VMM saw it. `stopped` means that somebody told the VMM itself to end. */
export type GuestEnd = 'powered-off' | 'rebooted' | 'panicked' | 'stopped';

/**
 * The functions of a virtual machine monitor that the engine needs. The engine asks for its capabilities,
 * never for its name.
 */
export interface Vmm {
  readonly name: VmmName;
  readonly capabilities: VmmCapabilities;
  /** Returns the path on the host of the program that runs guests of an architecture. */
  program(arch: Arch): string;
  /** Pure. Returns advice for a host that lacks the program. */
  howToGet(arch: Arch): string;
  /**
   * Returns the files of the host that the VMM's sandbox shows at their own paths, besides those that every
   * sandbox has.
   */
  files(arch: Arch): readonly string[];
  /** Pure. Returns what a guest's kernel must be told about the machine: its console, and how it ends. */
  kernelArguments(arch: Arch): string;
  /** Pure. Returns the limit of the memory that the VMM uses besides its guest's, whatever the guest does. */
  memoryOverhead(machine: Pick<Machine, 'accel' | 'cpus' | 'memory'>): Bytes;
  /** Returns the command line, program first, that runs the machine inside its sandbox. */
  command(machine: Machine): readonly string[];
  /**
   * Starts the guest of a VMM that has just been launched, unless it waits for a saved state. It does nothing if the
   * VMM starts its guest by itself.
   * @throws CodedError VMM_REFUSED, VMM_SILENT
   */
  boot(machine: Machine, sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  /** Tells whether a running VMM has started its guest. */
  hasBooted(sockets: VmmSockets, signal: AbortSignal): Promise<boolean>;
  /** The content of the machine's file `events.in`, which the VMM reads when it starts. */
  readonly eventsRequest: string;
  /**
   * Pure. Tells whether a line of the VMM's standard error is from the VMM itself, rather than from its
   * guest.
   */
  readonly isOwnError: (line: string) => boolean;
  /**
   * Pure. Returns how the guest ended, from what the VMM wrote to `events.out` and from what it and its guest
   * printed. The result is undefined if neither tells.
   */
  guestEnd(told: { readonly events: string; readonly printed?: string }): GuestEnd | undefined;
  /** Presses the guest's power button. The guest may take its time, or ignore the button. */
  pressPowerButton(sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  /** Halts the vCPUs. The call is idempotent. */
  pause(sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  resume(sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  /** Tells whether the VMM can map a file that it may only read as the memory of a guest. */
  mapsMemory(
    arch: Arch,
    host: { readonly paths: Pick<Paths, 'runDir'>; readonly runner: Runner },
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Pure. Returns the version of the installed VMM, as `version` tells it, from what the program prints with `--version`. */
  versionIn(printed: string): string;
  /** Returns the version of a running VMM. A saved state can only be loaded by the same version. */
  version(sockets: VmmSockets, signal: AbortSignal): Promise<string>;
  /**
   * Writes the state of a paused machine, which is its memory, its devices and its vCPUs, and ends `target`. The
   * machine stays paused, and its disks are complete on the host.
   */
  saveState(sockets: VmmSockets, target: Writable, options: SaveOptions, signal: AbortSignal): Promise<void>;
  /** Loads the state that another VMM has saved. The machine is paused afterwards. */
  loadState(sockets: VmmSockets, source: Readable, options: LoadOptions, signal: AbortSignal): Promise<void>;
  /** Connects the first `count` interfaces of a machine with the network, or cuts them off. The call is idempotent. */
  setLinks(
    sockets: VmmSockets,
    links: { readonly count: number; readonly up: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Sets how much of its booted memory the guest may have, in bytes. The guest gives the rest back as it can.
   */
  resizeMemory(sockets: VmmSockets, size: Bytes, signal: AbortSignal): Promise<void>;
  /** Returns how much of its memory the guest has at the moment, in bytes. */
  guestMemory(sockets: VmmSockets, signal: AbortSignal): Promise<Bytes>;
}
