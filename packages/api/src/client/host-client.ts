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

export interface HostClient {
  /** What this host has and lacks. */
  examine(signal: AbortSignal): Promise<readonly DoctorCheck[]>;
  /** Installs what `examine` finds missing and a package can bring. */
  fix(op: ClientOperation): Promise<readonly DoctorCheck[]>;
}
