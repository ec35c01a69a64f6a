import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { group } from '@ignite/api/v1/group';
import type { Vm } from '@ignite/api/v1/vm';
import { storePath } from '@ignite/engine/tools/host/paths';
import { isServed } from '@ignite/engine/tools/host/served-host';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { BusyboxHost } from './fixtures/busybox.ts';
import type { Started } from './fixtures/ignite.ts';

const vms = ['one', 'two'] as const;
/** The longest pause before a restart, in milliseconds. */
const longestPauseMs = 60_000;
const longMs = 3_600_000;

let host: BusyboxHost;

before(async () => {
  host = await BusyboxHost.open(224);
  for (const name of vms) await host.run(name, 'exec sleep 1000', '--restart', 'always');
});
after(() => host[Symbol.asyncDispose]());

const inspect = async (name: string): Promise<Vm> => JSON.parse(await host.ignite.ok('inspect', name)) as Vm;
const areAll = async (phase: string): Promise<boolean> =>
  (await Promise.all(vms.map(inspect))).every(({ status }) => status.phase === phase);

/** Changes some fields of the status of a VM, whoever else writes meanwhile. */
async function patchStatus(name: string, status: object): Promise<void> {
  using store = openSqliteStore(storePath(host.ignite.paths));
  await store.patch({ group, kind: 'VM', name }, { status });
}

/** Changes when both VMs restart, in milliseconds from now. */
async function restartIn(ms: number): Promise<void> {
  for (const name of vms)
    await patchStatus(name, { restarts: { nextTime: new Date(Date.now() + ms).toISOString() } });
}

/** Ends both VMs as if they ended again and again. Each waits for its restart, which comes when the test says so. */
async function endBoth(): Promise<void> {
  for (const name of vms) {
    const { vmm } = await host.ignite.processesOf(name);
    // However slow this host is, it finds that the VM has not been up for long.
    const startTime = new Date(Date.now() + longMs).toISOString();
    await patchStatus(name, { startTime, restarts: { count: 8, pauseMs: longestPauseMs } });
    process.kill(vmm!.pid, 'SIGKILL');
  }
  await host.until('both wait for their restart', () => areAll('Restarting'));
  await restartIn(longMs);
}

async function restartBoth(): Promise<void> {
  await restartIn(0);
  await host.until('both run', () => areAll('Running'));
}

/** Returns the number of processes that wait for the restart of a VM. */
function waiting(): number {
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf);
  const ours = `--run-dir=${host.ignite.paths.runDir}`;
  // conmon has the same words on its command line.
  return commands.filter(
    ([program = '', ...words]) => /\bnode$/.test(program) && words.includes(ours) && words.includes('settle'),
  ).length;
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has just ended
  }
}

async function ignited(): Promise<Started> {
  const service = host.ignite.start(['gitops']);
  await host.until('ignited serves the host', async () => isServed(host.ignite.paths));
  return service;
}

async function untilNoneWaits(): Promise<void> {
  await host.until('no process waits', async () => waiting() === 0);
  assert.ok(await areAll('Restarting'), 'they wait nevertheless');
}

test('without ignited, a process waits for the restart of each VM', async () => {
  await endBoth();
  assert.equal(waiting(), 2);
});

test('ignited takes over from the processes that wait, and restarts the VMs', async () => {
  const service = await ignited();
  await untilNoneWaits();
  await restartBoth();
  service.kill();
  await service.ended;
});

test('while ignited runs, no process waits; when it is stopped, one waits for each VM again', async () => {
  const service = await ignited();
  await endBoth();
  await untilNoneWaits();
  service.terminate();
  await service.ended;
  await host.until('a process waits for each', async () => waiting() === 2);
  await restartBoth();
});

test('ignited is killed in the pause: the next command that acts has a process wait for each VM', async () => {
  const service = await ignited();
  await endBoth();
  await untilNoneWaits();
  service.kill();
  await service.ended;
  assert.equal(waiting(), 0);
  await host.ignite.ok('volume', 'create', 'any', '--size', '16MB');
  await host.until('a process waits for each', async () => waiting() === 2);
  await restartBoth();
  await host.ignite.ok('volume', 'rm', 'any');
});
