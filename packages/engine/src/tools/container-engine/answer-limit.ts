import { type HostDaemon, runtimeHangs } from './errors.ts';

/**
 * The time limit of an answer, in milliseconds. It is longer than a busy host needs to end and remove a
 * container.
 */
export const answerLimitMs = 60_000;

/**
 * Asks a daemon, which must answer within the limit.
 * @throws CodedError RUNTIME_UNREACHABLE if it does not
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
