import type { ClientOperation } from '../client/progress.ts';

/** Returns what a call is given that has no progress to tell of. */
export const quietly = (signal: AbortSignal): ClientOperation => ({ signal, report: () => {} });
