/** A VMM that is busy answers within this, also on a host that is. */
const timeoutMs = 60_000;

/** For one call to a VMM. */
export const vmmSignal = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
