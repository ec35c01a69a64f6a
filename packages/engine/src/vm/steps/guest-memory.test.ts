import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientOperation } from '@ignite/api/client/progress';
import { apiVersion } from '@ignite/api/v1/group';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { defaultPaths } from '../../tools/host/paths.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { isMemoryOff } from '../plan/allotted-memory.ts';
import { resizeMemory, untilMemoryGiven } from './guest-memory.ts';

const signal = new AbortController().signal;
const mb = (count: number): Bytes => bytes(count * 2 ** 20);
const specOf = (memory: string) => v.parse(vmSpecSchema, { image: { oci: 'debian:12' }, memory });

/** Returns a host with a VM that was booted with 512 MB, and a VMM that records what it is told. */
async function hostWith(memory: string, vmm: Partial<Vmm> = {}) {
  const store = new MemoryStore();
  const told: Bytes[] = [];
  const vm = (await store.create({
    apiVersion,
    kind: 'VM',
    metadata: { name: 'web', namespace: 'default', uid: 'u1', labels: {}, annotations: {} },
    spec: specOf(memory),
    status: { phase: 'Running', booted: specOf('512MB') },
  })) as Vm;
  const resizeMemory: Vmm['resizeMemory'] = async (_sockets, size) => void told.push(size);
  const clock = new ManualClock();
  return {
    vm,
    told,
    host: {
      paths: defaultPaths,
      objects: engineClient(store),
      clock,
      vmms: { firecracker, qemu: { ...qemu, resizeMemory, ...vmm } },
    },
    clock,
  };
}

test('resizeMemory: a guest is told once, and no more than it was booted with', async () => {
  const { vm, told, host } = await hostWith('256MB');
  const less = await resizeMemory(vm, host, signal);
  assert.equal(less.status.memory, mb(256));
  await resizeMemory(less, host, signal);
  const all = await resizeMemory({ ...less, spec: specOf('1GB') }, host, signal);
  assert.deepEqual(told, [mb(256), mb(512)]);
  assert.equal(all.status.memory, undefined);
});

test('resizeMemory: one that was cut short is seen to be off, and is done again', async () => {
  const { vm, host } = await hostWith('256MB');
  const dying = { ...host.vmms.qemu, resizeMemory: async () => Promise.reject(new Error('hung up')) };
  await assert.rejects(resizeMemory(vm, { ...host, vmms: { ...host.vmms, qemu: dying } }, signal), /hung up/);
  assert.equal(isMemoryOff(vm), true);
  assert.equal(isMemoryOff(await resizeMemory(vm, host, signal)), false);
});

test('untilMemoryGiven: a guest that keeps its memory is warned of, and one that gives it back is not', async () => {
  const warnings: string[] = [];
  const report: ClientOperation['report'] = (event) => {
    if (event.kind === 'warning') warnings.push(event.message);
  };
  const op = { signal, report };
  const sizes = [mb(512), mb(300), mb(256)];
  const giving = await hostWith('256MB', { guestMemory: async () => sizes.shift() ?? mb(0) });
  const less = await resizeMemory(giving.vm, giving.host, signal);
  const given = untilMemoryGiven(less, giving.host, op);
  await giving.clock.advance(30_000);
  await given;
  assert.deepEqual([sizes, warnings], [[], []]);

  const keeping = await hostWith('256MB', { guestMemory: async () => mb(400) });
  const kept = untilMemoryGiven(less, keeping.host, op);
  await keeping.clock.advance(30_000);
  await kept;
  assert.match(
    warnings.join(),
    /^VM "web" still has 400\.0 MB of memory, and was asked to reduce it to 256MB: /,
  );

  warnings.length = 0;
  const gone = await hostWith('256MB', { guestMemory: async () => Promise.reject(new Error('hung up')) });
  await untilMemoryGiven(less, gone.host, op);
  assert.match(warnings.join(), /cannot find out .*: hung up/);
});
