import type { ClientOperation } from './progress.ts';

export interface LegacyImportRequest {
  /** The original's data directory. */
  readonly from: string;
  /** Names or uids of VMs, with whose images and kernels it is done; none: everything. */
  readonly vms: readonly string[];
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
}

export interface LegacyResult {
  readonly kind: 'Image' | 'Kernel' | 'VM';
  /** Under which it is known here; empty where it could not be read. */
  readonly name: string;
  readonly uid: string;
  readonly outcome: 'imported' | 'to import' | 'present' | 'refused' | 'failed';
  readonly note?: string;
  /** Whether the original had it down as running. */
  readonly ran: boolean;
}

/** What the Ignite that was written in Go has left on this host. */
export interface LegacyClient {
  /**
   * Takes over VMs, images and kernels: copied, never changed where they are, and not started. What was taken over
   * before is left alone; one that fails does not keep back the others.
   * @throws CodedError LEGACY_INVALID
   */
  import(request: LegacyImportRequest, op: ClientOperation): Promise<readonly LegacyResult[]>;
}
