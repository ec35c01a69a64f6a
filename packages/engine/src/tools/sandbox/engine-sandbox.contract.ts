import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newUid } from '@ignite/toolkit/object/uid';
import type { SandboxUnderTest } from './sandbox.contract.ts';

const signal = new AbortController().signal;

/** Tests what a sandbox promises when its engine is killed. */
export function testEngineDown(
  name: string,
  open: () => Promise<SandboxUnderTest>,
  engine: () => { readonly kill: () => Promise<void>; readonly start: () => Promise<void> },
): void {
  test(`${name}: while it is down, what runs is seen and ended, and once it is up the rest is removed`, async () => {
    await using at = await open();
    const [uid, other] = [newUid(), newUid()];
    const { pid } = await at.launch(uid, 'while :; do echo alive; sleep 0.1; done');
    while (!at.log(uid).includes('alive')) await delay(20, undefined, { signal });
    await engine().kill();
    try {
      assert.deepEqual(await at.sandbox.observe(uid), { state: 'running', pid });
      await at.sandbox.kill(uid, signal);
      assert.deepEqual(await at.sandbox.observe(uid), { state: 'exited' });
      await assert.rejects(at.sandbox.remove(uid, signal), { code: 'RUNTIME_UNREACHABLE' });
      await assert.rejects(at.launch(other, 'true'), { code: 'RUNTIME_UNREACHABLE' });
    } finally {
      await engine().start();
    }
    for (const each of [uid, other]) {
      await at.sandbox.remove(each, signal);
      assert.deepEqual(await at.sandbox.observe(each), { state: 'absent' });
    }
  });
}
