export interface LegacyImportRequest {
  /** The data directory of the original. */
  readonly from: string;
  /**
   * The names or uids of the VMs to import, together with their images and kernels. If it is empty,
   * everything is imported.
   */
  readonly vms: readonly string[];
  /** Reports what would be done, and does nothing. */
  readonly dryRun: boolean;
}

export interface LegacyResult {
  readonly kind: 'Image' | 'Kernel' | 'VM';
  /** The name of the imported object; empty if the original's record could not be read. */
  readonly name: string;
  readonly uid: string;
  readonly outcome: 'imported' | 'to import' | 'present' | 'refused' | 'failed';
  readonly note?: string;
  /** True if the original recorded the VM as running. */
  readonly ran: boolean;
}
