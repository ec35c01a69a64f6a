import { unlessAborted } from '@ignite/toolkit/async/unless-aborted';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { Clock } from '@ignite/toolkit/clock/clock';

/** How long a write waits until those are known who have a say in it, in milliseconds. */
const waitMs = 5_000;

/**
 * Waits a while until those are known who have a say in a write, so that nothing is written of which one was not asked.
 * @param unknown says what is not known yet
 * @throws ObjectError SERVER_UNREACHABLE when they cannot be read
 */
export async function untilKnown(
  known: Promise<unknown>,
  unknown: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const enough = new AbortController();
  const late = clock.sleep(waitMs, enough.signal).then(() => {
    throw new ObjectError('SERVER_UNREACHABLE', unknown, {
      hint: 'try again later, and see the log of the server if it lasts',
      retryAfterMs: 1_000,
    });
  });
  try {
    await Promise.race([unlessAborted(known, signal), late]);
  } finally {
    enough.abort();
  }
}
