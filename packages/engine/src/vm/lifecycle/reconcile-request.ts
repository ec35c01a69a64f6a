import type { LaunchOptions } from '../launch-options.ts';

/** What one reconciliation is told beside the object. None of it outlives the call. */
export interface ReconcileRequest extends LaunchOptions {
  /** The time that a guest has to power off, if it is to. */
  readonly graceMs?: number;
  /** Keeps what a failed start has made, for inspection. */
  readonly keepFailed?: boolean;
  /** Tries a failed start again although its back-off is not over. */
  readonly retryNow?: boolean;
}
