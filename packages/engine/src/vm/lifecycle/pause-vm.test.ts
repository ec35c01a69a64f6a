import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import * as v from 'valibot';
import { defaultPaths } from '../../tools/host/paths.ts';
import type { Sandbox, SandboxObservation } from '../../tools/sandbox/sandbox.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { whileHalted } from './pause-vm.ts';
import { getVm } from '../../tools/store/vm-objects.ts';

const signal = new AbortController().signal;

/** Returns a host with one VM that records what happens, and the phase of the VM at that moment. */
async function hostWith(phase: Vm['status']['phase'], seen: SandboxObservation) {
  const store = new MemoryStore();
  const vm = (await store.create({
    apiVersion,
    kind: 'VM',
    metadata: { name: 'web', uid: 'u1' },
    spec: v.parse(vmSpecSchema, { image: { oci: 'debian:12' } }),
    status: { phase },
  })) as Vm;
  const objects = engineClient(store);
  const told: string[] = [];
  const tell = (what: string) => async (): Promise<void> =>
    void told.push(`${what} ${(await getVm(objects, { namespace: 'default', name: 'web' })).status.phase}`);
  const sandbox: Sandbox = {
    observe: async () => seen,
    launch: async () => ({ pid: 1 }),
    kill: async () => {},
    remove: async () => {},
  };
  const vmm = { ...qemu, pause: tell('pause'), resume: tell('resume') };
  return {
    vm,
    told,
    tell,
    host: { paths: defaultPaths, objects, sandbox, vmms: { firecracker, qemu: vmm } },
  };
}

test('whileHalted: a VM is paused for the record before it stands still, and until it goes on again', async () => {
  const { vm, told, tell, host } = await hostWith('Running', { state: 'running', pid: 1 });
  await whileHalted(vm, host, signal, tell('work'));
  assert.deepEqual(told, ['pause Paused', 'work Paused', 'resume Paused']);
  assert.equal((await getVm(host.objects, { namespace: 'default', name: 'web' })).status.phase, 'Running');
});

test('whileHalted: a VM goes on though the work, or halting it, has failed', async () => {
  const { vm, told, host } = await hostWith('Running', { state: 'running', pid: 1 });
  const fails = async (): Promise<void> => {
    throw new Error('full');
  };
  await assert.rejects(whileHalted(vm, host, signal, fails), /full/);
  await assert.rejects(
    whileHalted(
      vm,
      { ...host, vmms: { ...host.vmms, qemu: { ...host.vmms.qemu, pause: fails } } },
      signal,
      async () => {},
    ),
    /full/,
  );
  assert.deepEqual(told, ['pause Paused', 'resume Paused', 'resume Paused']);
  assert.equal((await getVm(host.objects, { namespace: 'default', name: 'web' })).status.phase, 'Running');
});

test('whileHalted: what stands still already, or does not run, is left alone', async () => {
  for (const [phase, seen] of [
    ['Paused', { state: 'running', pid: 1 }],
    ['Stopped', { state: 'absent' }],
  ] as const) {
    const { vm, told, tell, host } = await hostWith(phase, seen);
    await whileHalted(vm, host, signal, tell('work'));
    assert.deepEqual(told, [`work ${phase}`]);
  }
});
