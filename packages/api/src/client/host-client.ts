import type { VmmName } from '../v1/vm-machine.ts';
import type { ClientOperation } from './progress.ts';

export interface DoctorCheck {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'degraded';
  /** The result of the check. */
  readonly found: string;
  /** What does not work without it. */
  readonly cost?: string;
  /** The command that repairs it. */
  readonly cure?: string;
}

/** A VMM that is installed on this host. */
export interface InstalledVmm {
  readonly name: VmmName;
  /** The version, for example `7.2.22`. */
  readonly version: string;
}

/** A unit of systemd. */
export interface UnitFile {
  /** The name, such as `ignite.service`. */
  readonly name: string;
  readonly text: string;
}

/** The outcome of a change of one unit of the services. */
export interface ServiceChange {
  readonly path: string;
  /** It is `written` only on hosts where systemd does not run. */
  readonly outcome: 'enabled' | 'written' | 'removed' | 'absent';
}

export interface HostClient {
  /** Checks what this host has and lacks. */
  examine(signal: AbortSignal): Promise<readonly DoctorCheck[]>;
  /**
   * Installs everything that `examine` finds missing and that a package provides, and rebuilds the packet
   * filters of VMs.
   */
  fix(op: ClientOperation): Promise<readonly DoctorCheck[]>;
  /** Installs units, which systemd starts from the next boot on. */
  installService(units: readonly UnitFile[], op: ClientOperation): Promise<readonly ServiceChange[]>;
  /** Removes the units with these names. The VMs that they have started keep running. */
  uninstallService(names: readonly string[], op: ClientOperation): Promise<readonly ServiceChange[]>;
}
