import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Arch } from '@ignite/api/v1/arch';
import type { Machine } from './machine.ts';

/** What a VMM can do besides booting a machine with disks, a console and network interfaces. */
export interface VmmCapabilities {
  /** Whether a paused machine can be resumed. */
  readonly pause: boolean;
  /** Whether memory can be taken from a running guest and given back. */
  readonly balloon: boolean;
  /** Of which a machine's writable disks may be. */
  readonly diskFormats: readonly ('qcow2' | 'raw')[];
  /** Whether folders of the host can be shared with a guest. */
  readonly sharedFolders: boolean;
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
  readonly name: 'qemu' | 'firecracker';
  readonly capabilities: VmmCapabilities;
  /** Pure. The program that runs guests of an architecture, as a path of the host. */
  program(arch: Arch): string;
  /** Pure. The command line, program first, that runs the machine inside its sandbox. */
  command(machine: Machine): readonly string[];
  /** Brings a VMM that has just been launched to where its guest runs; does nothing where it does so by itself. */
  boot(machine: Machine, sockets: VmmSockets, signal: AbortSignal): Promise<void>;
  /** What it finds in the file `events.in` of its machine when it starts. */
  readonly eventsRequest: string;
  /** Pure. Out of what it wrote to `events.out`; undefined when it did not live to tell. */
  guestEnd(events: string): GuestEnd | undefined;
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
