import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { VmPhase } from '@ignite/api/v1/vm-phase';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { hostProcess } from '../../tools/host/host-process.ts';
import { noteRestart, notedRestarts } from '../../tools/host/noted-restarts.ts';
import { serveHost } from '../../tools/host/served-host.ts';
import { noteVmProcesses } from '../../tools/host/vm-processes.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { takeUpRestarts } from './take-up-restarts.ts';

const dir = mkdtempSync(join(tmpdir(), 'take-up-restarts-'));
after(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;
const gone = { ...hostProcess(process.pid), startTime: 1 };

/** Returns a host with one VM whose restart was noted. Its settle command leaves a file with the name of the VM. */
async function hostWith(phase: VmPhase, starter = gone) {
  const at = mkdtempSync(join(dir, 'host-'));
  const paths = { dataDir: join(at, 'data'), runDir: join(at, 'run') };
  const store = new MemoryStore();
  const vm = sampleVm({ status: { phase } });
  await store.create(vm);
  noteRestart(vm.metadata.uid, paths);
  noteVmProcesses(vm, { starter }, paths);
  const script = join(at, 'settle.sh');
  writeFileSync(script, `touch ${at}/settled-$1`);
  const isSettled = async (): Promise<boolean> => {
    const path = join(at, `settled-${vm.metadata.uid}`);
    for (let looks = 0; looks < 200 && !existsSync(path); looks += 1) await delay(5);
    return existsSync(path);
  };
  return { host: { paths, objects: engineClient(store), settleCommand: ['sh', script] }, isSettled };
}

test('takeUpRestarts: a process waits for the restart for which nobody waits any more', async () => {
  for (const starter of [gone, hostProcess(process.pid)]) {
    const { host, isSettled } = await hostWith('Restarting', starter);
    await takeUpRestarts(host);
    assert.ok(await isSettled());
  }
});

test('takeUpRestarts: a restart is left to ignited, and to a process that waits already', async () => {
  const served = await hostWith('Restarting');
  using _lock = await serveHost(served.host.paths, never);
  const waitedFor = await hostWith('Restarting', hostProcess(process.ppid));
  const over = await hostWith('Starting');
  const all = [served, waitedFor, over];
  for (const { host } of all) await takeUpRestarts(host);
  assert.deepEqual(await Promise.all(all.map(({ isSettled }) => isSettled())), [false, false, false]);
});

test('takeUpRestarts: a VM that is gone is forgotten', async () => {
  const { host } = await hostWith('Restarting');
  noteRestart('none', host.paths);
  await takeUpRestarts(host);
  assert.deepEqual(notedRestarts(host.paths), ['0123456789abcdef']);
});
