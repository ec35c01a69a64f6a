import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { vmFiles } from '../../tools/host/paths.ts';
import type { Sandbox } from '../../tools/sandbox/sandbox.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { claimVolumes } from './claim-volumes.ts';

const dir = mkdtempSync(join(tmpdir(), 'claim-volumes-'));
after(() => rmSync(dir, { recursive: true }));
const paths = { dataDir: join(dir, 'data'), runDir: join(dir, 'run') };
const never = new AbortController().signal;

const withVolume = (name: string, uid: string): Vm =>
  sampleVm({
    name,
    uid,
    spec: {
      storage: { volumes: [{ name: 'data', volume: { name: 'data' } }], volumeMounts: [] },
    },
  });

test('claimVolumes: a disk is free once nobody runs or is suspended who has it mounted', async () => {
  const [first, second] = [withVolume('first', '1111111111111111'), withVolume('second', '2222222222222222')];
  const store = new MemoryStore();
  for (const vm of [first, second]) await store.create(vm);
  let state: 'running' | 'absent' = 'running';
  const sandbox = { observe: async () => ({ state, pid: 1 }) } as unknown as Sandbox;
  const host = { paths, objects: engineClient(store), self: { name: 'a', isAlone: true }, sandbox };
  const claim = async (): Promise<void> => (await claimVolumes(second, host, never))[Symbol.dispose]();

  await assert.rejects(claim(), { code: 'VOLUME_BUSY', message: /in use by VM "first"/ });
  state = 'absent';
  await claim();
  const { savedState } = vmFiles(paths, first.metadata.uid);
  mkdirSync(savedState, { recursive: true });
  await assert.rejects(claim(), { code: 'VOLUME_BUSY', message: /in use by VM "first"/ });
  rmSync(savedState, { recursive: true });
  await claim();
});

test('claimVolumes: a guest that is suspended has the disks of its boot, whatever its definition names by now', async () => {
  const [first, second] = [withVolume('first', '3333333333333333'), withVolume('second', '4444444444444444')];
  const { storage: _storage, ...spec } = first.spec;
  const suspended = { ...first, spec, status: { ...first.status, booted: first.spec } };
  const store = new MemoryStore();
  for (const vm of [suspended, second]) await store.create(vm);
  const sandbox = { observe: async () => ({ state: 'absent' }) } as unknown as Sandbox;
  const host = { paths, objects: engineClient(store), self: { name: 'a', isAlone: true }, sandbox };
  const { savedState } = vmFiles(paths, first.metadata.uid);
  mkdirSync(savedState, { recursive: true });
  await assert.rejects(claimVolumes(second, host, never), {
    code: 'VOLUME_BUSY',
    message: /in use by VM "first"/,
  });
});
