/** The time limit of an answer, which also suffices for a busy VMM on a busy host. */
const timeoutMs = 60_000;

/** Returns a signal for one call to a VMM. */
export const vmmSignal = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);

/** Returns a signal for undoing a pause, which whoever interrupts the work does not interrupt. */
export const resumeSignal = (): AbortSignal => AbortSignal.timeout(timeoutMs);
