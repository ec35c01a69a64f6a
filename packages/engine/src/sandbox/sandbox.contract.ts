import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newUid } from '@ignite/toolkit/object/uid';
import type { Sandbox, SandboxObservation } from './sandbox.ts';

const signal = AbortSignal.timeout(120_000);

/** A sandbox under test, and how to run a line of sh in it. */
export interface SandboxUnderTest extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly launch: (uid: string, line: string) => Promise<{ readonly pid: number }>;
  readonly log: (uid: string) => string;
}

/** What every sandbox promises, as tests. */
export function testSandboxContract(name: string, open: () => Promise<SandboxUnderTest>): void {
  describe(`${name} keeps the sandbox contract`, () => {
    test('what was never launched is absent, and ending it is no error', async () => {
      await using at = await open();
      const uid = newUid();
      assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
      await at.sandbox.kill(uid, signal);
      await at.sandbox.remove(uid, signal);
    });

    test('a program runs until it is killed, and is then seen to have ended', async () => {
      await using at = await open();
      const uid = newUid();
      const { pid } = await at.launch(uid, 'sleep 1000');
      assert.deepEqual(await at.sandbox.observe(uid), { state: 'running', pid });
      await at.sandbox.kill(uid, signal);
      assert.equal((await at.sandbox.observe(uid)).state, 'exited');
      await at.sandbox.kill(uid, signal);
      await at.sandbox.remove(uid, signal);
      assert.deepEqual(await at.sandbox.observe(uid), { state: 'absent' });
      await at.sandbox.remove(uid, signal);
    });

    test("a program's exit code and output are kept", async () => {
      await using at = await open();
      const uid = newUid();
      await at.launch(uid, 'echo out; echo err >&2; exit 7');
      assert.deepEqual(await ended(at.sandbox, uid), { state: 'exited', exitCode: 7 });
      assert.match(at.log(uid), /out[^]*err|err[^]*out/);
    });

    test('removing ends what runs, and the place can be used again', async () => {
      await using at = await open();
      const uid = newUid();
      const { pid } = await at.launch(uid, 'sleep 1000');
      await at.sandbox.remove(uid, signal);
      assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
      await at.launch(uid, 'sleep 1000');
      assert.equal((await at.sandbox.observe(uid)).state, 'running');
    });

    test('programs are apart: the end of one is not the end of another', async () => {
      await using at = await open();
      const [a, b] = [newUid(), newUid()];
      await at.launch(a, 'sleep 1000');
      await at.launch(b, 'sleep 1000');
      await at.sandbox.kill(a, signal);
      assert.equal((await at.sandbox.observe(b)).state, 'running');
    });
  });
}

export async function ended(sandbox: Sandbox, uid: string): Promise<SandboxObservation> {
  let found = await sandbox.observe(uid);
  // A process that is being torn down shows no command line, which is what a half-made one shows too.
  while (
    found.state === 'running' ||
    found.state === 'partial' ||
    (found.state === 'exited' && found.exitCode === undefined)
  ) {
    await delay(20, undefined, { signal });
    found = await sandbox.observe(uid);
  }
  return found;
}
