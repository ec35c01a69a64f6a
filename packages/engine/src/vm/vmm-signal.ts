/** A VMM that is busy answers within this. */
const timeoutMs = 10_000;

/** For one call to a VMM. */
export const vmmSignal = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
