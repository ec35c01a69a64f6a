import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** The time in which even a busy host does what a test waits for. */
export const patienceMs = 600_000;

/** Waits until something holds, and fails with the name of what never came. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  pollMs = 200,
): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await holds()); await delay(pollMs))
    assert.ok(Date.now() < end, `it never came: ${what}`);
}
