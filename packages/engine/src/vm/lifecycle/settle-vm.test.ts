import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import { bootId, endedProcess, hostProcess, isAlive } from '../../tools/host/host-process.ts';
import { locksDir } from '../../tools/host/paths.ts';
import { serveHost } from '../../tools/host/served-host.ts';
import { noteVmProcesses, readVmProcesses } from '../../tools/host/vm-processes.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import type { VmPorts } from '../vm-ports.ts';
import { restartWhenDue } from './settle-vm.ts';

const dir = mkdtempSync(join(tmpdir(), 'settle-vm-'));
after(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;
const op = { signal, report: (): void => {} };
const startMs = Date.parse('2026-01-01T12:00:00Z');

/** Returns a host with a VM that restarts in a minute. `sleep` is called whenever somebody waits for that. */
async function hostWith(sleep: () => Promise<void>) {
  const runDir = mkdtempSync(join(dir, 'run-'));
  const nextTime = new Date(startMs + 60_000).toISOString();
  const vm = sampleVm({ status: { phase: 'Restarting', restarts: { count: 1, pauseMs: 60_000, nextTime } } });
  const store = new MemoryStore();
  await store.create(vm);
  const host = {
    paths: { dataDir: join(runDir, 'data'), runDir },
    objects: engineClient(store),
    self: { name: 'a', isAlone: true },
    clock: { now: () => startMs, sleep },
  } as unknown as VmPorts;
  return { host, vm };
}

test('restartWhenDue: a restart is left to ignited, which serves the host', async () => {
  const { host, vm } = await hostWith(() => assert.fail('it waits'));
  using _lock = await serveHost(host.paths, signal);
  await restartWhenDue(vm.metadata.uid, host, op);
  assert.deepEqual(readVmProcesses(vm, host.paths), {});
});

test('restartWhenDue: whoever waits for a restart leaves it to an ignited that has come', async () => {
  using served = new DisposableStack();
  const { host, vm } = await hostWith(async () => {
    served.use(await serveHost(host.paths, signal));
  });
  await restartWhenDue(vm.metadata.uid, host, op);
  assert.deepEqual(readVmProcesses(vm, host.paths), { starter: endedProcess() });
  assert.ok(!isAlive(endedProcess(), bootId()), 'an ignited that stops now would take up the restart');
});

test('restartWhenDue: whoever has settled the end of a VM leaves its restart to ignited', async () => {
  const { host, vm } = await hostWith(() => assert.fail('it waits'));
  noteVmProcesses(vm, { starter: hostProcess(process.pid) }, host.paths);
  using _lock = await serveHost(host.paths, signal);
  await restartWhenDue(vm.metadata.uid, host, op);
  assert.deepEqual(readVmProcesses(vm, host.paths), { starter: endedProcess() });
});

test('restartWhenDue: whoever was about to leave a restart to ignited waits on if ignited has stopped meanwhile', async () => {
  using last = new DisposableStack();
  let waits = 0;
  const { host, vm } = await hostWith(async () => {
    waits += 1;
    const served = await serveHost(host.paths, signal);
    if (waits > 1) return void last.use(served);
    const busy = tryLock(locksDir(host.paths), `vm-${vm.metadata.uid}`);
    setTimeout(() => {
      served?.[Symbol.dispose]();
      busy?.[Symbol.dispose]();
    }, 100);
  });
  await restartWhenDue(vm.metadata.uid, host, op);
  assert.equal(waits, 2);
});
