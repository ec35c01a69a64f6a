import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withConditions } from '@ignite/api/v1/vm-conditions';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { recordEvent } from '../../tools/events/record-event.ts';
import { storePath } from '../../tools/host/paths.ts';
import { noteVmProcesses } from '../../tools/host/vm-processes.ts';
import { networkSettings } from '../../tools/network/cni/settings.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { openReadClient } from './read-client.ts';

test('openReadClient: on a host that never ran a VM nothing is there, and what happens first is told when it does', async () => {
  await using dir = await temporaryDir();
  const paths = { dataDir: join(dir.path, 'data'), runDir: join(dir.path, 'run') };
  using client = openReadClient(paths, networkSettings({}));
  const never = new AbortController().signal;
  assert.deepEqual(await client.events.list(never), { revision: '0', events: [] });
  const first = firstOf(client.events.watch('0', never));
  using store = openSqliteStore(storePath(paths));
  const { metadata } = await store.create(sampleVm());
  await recordEvent(
    engineClient(store),
    sampleVm(),
    { reason: 'Created', message: 'from debian:12' },
    'made',
  );
  assert.equal((await first)?.spec.message, 'from debian:12');
  assert.equal((await client.vms.find(metadata.name, never)).metadata.uid, metadata.uid);
});

test('openReadClient: following a host without a store ends when it is told to', async () => {
  await using dir = await temporaryDir();
  using client = openReadClient({ dataDir: dir.path, runDir: dir.path }, networkSettings({}));
  assert.equal((await Array.fromAsync(client.events.watch('0', AbortSignal.timeout(50)))).length, 0);
});

test('openReadClient: a VM whose VMM has gone is not shown as ready, whatever was recorded last', async () => {
  await using dir = await temporaryDir();
  const paths = { dataDir: join(dir.path, 'data'), runDir: join(dir.path, 'run') };
  const vmm = { pid: 1, startTime: 1, bootId: 'earlier' };
  const was = sampleVm({ status: { phase: 'Running' } });
  noteVmProcesses(was, { vmm }, paths);
  using store = openSqliteStore(storePath(paths));
  await store.create({ ...was, status: withConditions(was, '2026-01-01T00:00:00.000Z') });
  using client = openReadClient(paths, networkSettings({}));
  const { status } = await client.vms.find('web', new AbortController().signal);
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  assert.deepEqual([status.phase, ready?.status, ready?.reason], ['Stopped', 'False', 'Stopped']);
});

async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

async function temporaryDir(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'read-client-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
