import { type ContainerEngine, runtimeHangs } from './errors.ts';

/**
 * The time limit of an answer, in milliseconds. It is longer than a busy host needs to end and remove a
 * container.
 */
export const answerLimitMs = 60_000;

/**
 * Asks a container engine, which must answer within the limit.
 * @throws CodedError RUNTIME_UNREACHABLE if it does not
 */
export async function withinAnswerLimit<T>(
  engine: { readonly name: ContainerEngine; readonly socket: string; readonly limitMs: number },
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(engine.limitMs);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (failure) {
    if (!limit.aborted || signal.aborted) throw failure;
    throw runtimeHangs(engine.name, engine.socket, engine.limitMs, failure);
  }
}
