import { type HostDaemon, runtimeHangs } from './errors.ts';

/** Longer than a loaded host needs to end and forget a container. */
export const answerLimitMs = 60_000;

/**
 * Asks a daemon, which has this long to answer.
 * @throws CodedError RUNTIME_UNREACHABLE when it has not by then
 */
export async function withinAnswerLimit<T>(
  daemon: { readonly name: HostDaemon; readonly socket: string; readonly limitMs: number },
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(daemon.limitMs);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (failure) {
    if (!limit.aborted || signal.aborted) throw failure;
    throw runtimeHangs(daemon.name, daemon.socket, daemon.limitMs, failure);
  }
}
