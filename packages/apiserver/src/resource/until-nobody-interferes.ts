import { setTimeout as delay } from 'node:timers/promises';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { hasCode } from '@ignite/toolkit/errors/coded-error';

/** How often a change that someone else came before is tried again, and the pause before that, in milliseconds. */
const [mostTries, pauseMs] = [5, 10];

/** A change of what is there now does not fail because that has changed since it was read. */
export async function untilNobodyInterferes<T>(
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (failure) {
      const isDispute = failure instanceof ObjectError && failure.causes.length > 0;
      if (!hasCode(failure, 'CONFLICT') || isDispute || tries === mostTries) throw failure;
      await delay(pauseMs, undefined, signal && { signal });
    }
  }
}
