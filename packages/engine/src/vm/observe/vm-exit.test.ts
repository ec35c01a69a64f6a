import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { type HostProcess, hostProcess } from '../../tools/host/host-process.ts';
import { defaultPaths } from '../../tools/host/paths.ts';
import { noteVmProcesses } from '../../tools/host/vm-processes.ts';
import type { Sandbox, SandboxObservation } from '../../tools/sandbox/sandbox.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { readExit } from './vm-exit.ts';

const runDir = mkdtempSync(join(tmpdir(), 'vm-exit-'));
after(() => rmSync(runDir, { recursive: true }));
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
    paths: { ...defaultPaths, dataDir: '/nonexistent', runDir },
    sandbox: { observe } as Partial<Sandbox> as Sandbox,
    clock,
    vmms: { firecracker, qemu },
  };
  const vm = sampleVm({ status: { phase: 'Running' } });
  noteVmProcesses(vm, { monitor }, host.paths);
  const exit = readExit(vm, host, signal);
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
