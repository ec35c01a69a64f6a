import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostProcess } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { defaultPaths } from '../../tools/host/paths.ts';
import type { Sandbox, SandboxObservation } from '../../tools/sandbox/sandbox.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { hostProcess } from './liveness.ts';
import { readExit } from './vm-exit.ts';

const signal = new AbortController().signal;
const killed = { kind: 'ended', exitCode: 137, message: 'the VMM was killed' };
const unknown = { kind: 'ended', message: 'the VMM is gone' };

/**
 * Returns how a VM ended that left no files. Its monitor, if it is alive, records the exit code after
 * `afterMs`.
 */
async function exitToldAfter(afterMs: number, monitor: HostProcess | undefined) {
  const clock = new ManualClock();
  const told = clock.now() + afterMs;
  const observe = async (): Promise<SandboxObservation> =>
    clock.now() < told ? { state: 'exited' } : { state: 'exited', exitCode: 137 };
  const host = {
    paths: { ...defaultPaths, dataDir: '/nonexistent', runDir: '/nonexistent' },
    sandbox: { observe } as Partial<Sandbox> as Sandbox,
    clock,
    vmms: { firecracker, qemu },
  };
  const exit = readExit(
    sampleVm({ status: { phase: 'Running', ...(monitor && { monitor }) } }),
    host,
    signal,
  );
  let isRead = false;
  void exit.finally(() => (isRead = true));
  while (!isRead) await clock.advance(clock.untilNext ?? 0);
  return await exit;
}

test('readExit: a monitor that lives is waited for, however slow the host is', async () => {
  assert.deepEqual(await exitToldAfter(20_000, hostProcess(process.pid)), killed);
});

test('readExit: where nobody is left to tell, that is found soon', async () => {
  assert.deepEqual(await exitToldAfter(20_000, { ...hostProcess(process.pid), startTime: 1 }), unknown);
  assert.deepEqual(await exitToldAfter(20_000, undefined), unknown);
  assert.deepEqual(await exitToldAfter(1_000, undefined), killed);
});
