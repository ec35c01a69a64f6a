import { vmKind } from '@ignite/api/v1/object-kinds';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { findByQuery } from '@ignite/api/client/find';
import type { VmStatus } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { listAllVms } from '../../tools/store/all-vms.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import type { VmPorts } from '../vm-ports.ts';
import { untilCondition } from './await-condition.ts';

const never = new AbortController().signal;

/**
 * Returns a host whose VM goes through the phases and stays in the last one; `undefined` means that it is
 * gone.
 */
function hostThrough(...phases: readonly (VmStatus['phase'] | undefined)[]) {
  const rest = [...phases];
  const find = async () => {
    const phase = rest.length > 1 ? rest.shift() : rest[0];
    if (phase === undefined) throw new CodedError('VM_NOT_FOUND', 'there is none', { hint: '' });
    return sampleVm({ status: { phase } });
  };
  // Other parts of the host are only used for VMs that have ended.
  return { find, objects: engineClient(new MemoryStore()) } as unknown as VmPorts & {
    readonly find: typeof find;
  };
}

/**
 * Returns a host with a VM that runs until `remove` is called, which sets the given phase and removes the VM.
 */
async function hostWithVm() {
  const store = new MemoryStore();
  const { metadata, ...vm } = sampleVm({ status: { phase: 'Running' } });
  const { uid, name } = metadata;
  await store.create({ ...vm, metadata: { uid, name, finalizers: ['host'] } });
  const objects = engineClient(store);
  const key = { ...vmKind, name };
  let isUp = true;
  const host = {
    paths: { dataDir: '/nonexistent', runDir: '/nonexistent' },
    objects,
    find: async (query: string) => findByQuery('VM', await listAllVms(objects), query),
    sandbox: { observe: async () => (isUp ? { state: 'running', pid: 1 } : { state: 'absent' }) },
  } as unknown as Parameters<typeof untilCondition>[2];
  const remove = async (status: Partial<VmStatus>, now = name): Promise<void> => {
    await store.patch({ ...key, name: now }, { status });
    await store.delete({ ...key, name: now });
    await store.patch({ ...key, name: now }, { metadata: { finalizers: [] } });
    isUp = false;
  };
  return { host, remove, rename: (to: string) => store.rename(key, to) };
}

const waitsStopped = { conditions: ['stopped'] } as const;

test('untilCondition: a VM that has ended and is removed before anyone looked has stopped, as it ended', async () => {
  const { host, remove, rename } = await hostWithVm();
  const waiting = untilCondition('web', waitsStopped, host, never);
  await setImmediate();
  await rename('other');
  await remove({ phase: 'Stopping', exitCode: 137 }, 'other');
  const met = await waiting;
  assert.equal(met.condition === 'stopped' && met.vm.status.exitCode, 137);
});

test('untilCondition: a VM whose end nobody saw, and one that never was, are not found', async () => {
  const { host, remove } = await hostWithVm();
  const waiting = untilCondition('web', waitsStopped, host, never);
  await setImmediate();
  await remove({ phase: 'Starting' });
  await assert.rejects(waiting, { code: 'VM_NOT_FOUND' });
  await assert.rejects(untilCondition('web', waitsStopped, host, never), { code: 'VM_NOT_FOUND' });
});

test('untilCondition: the first that holds of several, which may be so already', async () => {
  const host = hostThrough('Created', 'Starting', 'Starting', 'Failed');
  const met = await untilCondition('web', { conditions: ['running', 'failed'] }, host, never);
  assert.equal(met.condition, 'failed');
  const now = await untilCondition(
    'web',
    { conditions: ['paused'], timeoutMs: 0 },
    hostThrough('Paused'),
    never,
  );
  assert.equal(now.condition, 'paused');
});

test('untilCondition: a VM that is not there is removed; while anything else is waited for that is an error', async () => {
  const gone = { conditions: ['removed', 'running'] } as const;
  assert.deepEqual(await untilCondition('web', gone, hostThrough(undefined), never), {
    condition: 'removed',
  });
  const going = hostThrough('Paused', 'Paused', undefined);
  assert.deepEqual(await untilCondition('web', gone, going, never), { condition: 'removed' });
  await assert.rejects(
    untilCondition('web', { conditions: ['running'] }, hostThrough('Stopped', 'Stopped', undefined), never),
    { code: 'VM_NOT_FOUND' },
  );
});

test('untilCondition: when the time is over the error names what was waited for; an interrupt is no such error', async () => {
  const request = { conditions: ['ready', 'failed'], timeoutMs: 150 } as const;
  await assert.rejects(untilCondition('web', request, hostThrough('Running'), never), {
    code: 'WAIT_TIMEOUT',
    message: 'VM "web" was not ready or failed within 150ms',
  });
  const interrupted = AbortSignal.timeout(20);
  await assert.rejects(
    untilCondition('web', { conditions: ['running'] }, hostThrough('Paused'), interrupted),
    (failure: Error) => failure.name === 'AbortError' || failure.name === 'TimeoutError',
  );
});
