import type { ClientOperation } from './progress.ts';

export interface DoctorCheck {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'degraded';
  /** What was found. */
  readonly found: string;
  /** What does not work for the lack of it. */
  readonly cost?: string;
  /** The command that cures it. */
  readonly cure?: string;
}

/** What has become of the service that starts VMs at boot. */
export interface ServiceChange {
  readonly path: string;
  /** `written` alone where no systemd runs. */
  readonly outcome: 'enabled' | 'written' | 'removed' | 'absent';
}

export interface HostClient {
  /** What this host has and lacks. */
  examine(signal: AbortSignal): Promise<readonly DoctorCheck[]>;
  /** Installs what `examine` finds missing and a package can bring, and makes packet filters of VMs anew. */
  fix(op: ClientOperation): Promise<readonly DoctorCheck[]>;
  /** Has `command` run at each boot, with `environment`. */
  installService(
    unit: {
      readonly command: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    },
    op: ClientOperation,
  ): Promise<ServiceChange>;
  /** The service goes; what it has started stays. */
  uninstallService(op: ClientOperation): Promise<ServiceChange>;
}
