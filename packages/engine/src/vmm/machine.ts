import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Accel } from './accel.ts';

export interface MachineDisk {
  /** By which the guest finds it. */
  readonly serial: 'root' | 'modules' | 'seed';
  readonly path: string;
  readonly format: 'qcow2' | 'raw';
  readonly readOnly: boolean;
}

/** A virtual machine in no VMM's words. Paths are as the VMM sees them. */
export interface Machine {
  readonly name: string;
  readonly accel: Accel;
  readonly cpus: number;
  readonly memory: Bytes;
  readonly kernel: { readonly path: string; readonly initrd: string; readonly commandLine: string };
  readonly disks: readonly MachineDisk[];
  readonly nic: { readonly tap: string; readonly mac: string };
  /** Receives what the guest writes to its port `ignite.status`. */
  readonly statusFile: string;
  readonly qmpSocket: string;
  readonly consoleSocket: string;
}

/** What Ignite's init and a quick boot need, and then what the user adds. */
export function kernelCommandLine(extra: string): string {
  return `console=ttyS0 reboot=t panic=-1 net.ifnames=0 quiet ${extra}`.trim();
}
