import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

const patienceMs = 60_000;

/** Asserts that the host is as it was before. The kernel removes the links of a namespace a little after the namespace itself. */
export async function assertHostIs(before: object, hostState: () => object): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await delay(100))
    if (isDeepStrictEqual(hostState(), before)) return;
  assert.deepEqual(hostState(), before);
}
