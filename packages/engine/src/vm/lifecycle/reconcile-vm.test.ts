import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { type Vm, type VmStatus, vmSpecSchema } from '@ignite/api/v1/vm';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import * as v from 'valibot';
import type { SandboxObservation } from '../../tools/sandbox/sandbox.ts';
import { listAllVms } from '../../tools/store/all-vms.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { hostProcess } from '../../tools/host/host-process.ts';
import { notedRestarts } from '../../tools/host/noted-restarts.ts';
import { readVmProcesses } from '../../tools/host/vm-processes.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { hostSight, withTruePhase } from '../observe/liveness.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { getVm } from '../../tools/store/vm-objects.ts';

const dir = mkdtempSync(join(tmpdir(), 'reconcile-vm-'));
after(() => rmSync(dir, { recursive: true }));

const signal = new AbortController().signal;
const op = { signal, report: (): void => {} };
const startMs = Date.parse('2026-01-01T12:00:00Z');

interface Given {
  readonly spec?: object;
  readonly status?: Partial<VmStatus>;
  readonly finalizers?: readonly string[];
}

/** Returns a host with one VM, on which no tool works and no sandbox can be launched. */
async function hostWith({ spec = {}, status, finalizers = ['ignite.weave.works/host'] }: Given) {
  const store = new MemoryStore();
  const image = { oci: `oci-archive:${dir}/none.tar` };
  await store.create({
    apiVersion,
    kind: 'VM',
    metadata: { name: 'web', uid: '0123456789abcdef', finalizers },
    spec: v.parse(vmSpecSchema, { image, ...spec }),
    status: status && { phase: 'Created', arch: 'amd64', ...status },
  });
  const seen: { sandbox: SandboxObservation; nowMs: number } = {
    sandbox: { state: 'absent' },
    nowMs: startMs,
  };
  const removed: string[] = [];
  const host = {
    paths: { dataDir: join(dir, 'data'), runDir: mkdtempSync(join(dir, 'run-')) },
    env: {},
    objects: engineClient(store),
    self: { name: 'a', isAlone: true },
    vmms: { firecracker, qemu },
    clock: { now: () => seen.nowMs, sleep: async (): Promise<void> => {} },
    runner: {
      run: async (): Promise<never> => {
        throw new Error('no tool works here');
      },
    },
    network: { observe: async () => ({ state: 'absent' }) },
    sandbox: {
      observe: async () => seen.sandbox,
      kill: async (): Promise<void> => {
        seen.sandbox = { state: 'absent' };
      },
      remove: async (uid: string): Promise<void> => {
        removed.push(uid);
        seen.sandbox = { state: 'absent' };
      },
    },
  } as unknown as VmPorts;
  const vm = async (): Promise<Vm> => await getVm(host.objects, { namespace: 'default', name: 'web' });
  return { host, seen, removed, vm };
}

const conditionOf = ({ status }: Vm, type: string): unknown => {
  const found = status.conditions?.find((condition) => condition.type === type);
  return found && [found.status, found.reason];
};

describe('reconcileVm', () => {
  test('a start that fails is a condition with a back-off that doubles; the wish is never written', async () => {
    const { host, seen, vm } = await hostWith({ status: {} });
    const before = await vm();
    for (const pauseMs of [10_000, 20_000, 40_000]) {
      const { failure, requeueAfterMs, conditions } = await reconcileVm('web', {}, host, op);
      assert.ok(failure);
      assert.equal(requeueAfterMs, pauseMs);
      const after = await vm();
      assert.deepEqual([after.spec, after.metadata.annotations], [before.spec, before.metadata.annotations]);
      assert.deepEqual(conditions, after.status.conditions);
      assert.deepEqual(conditionOf(after, 'ImageReady'), ['False', 'ImageFailed']);
      assert.deepEqual(conditionOf(after, 'Ready'), ['False', 'StartFailed']);
      assert.ok(conditions.every(({ observedGeneration }) => observedGeneration === 1));
      seen.nowMs += pauseMs;
    }
  });

  test('a start that has failed is left alone until its back-off is over', async () => {
    const { host, seen } = await hostWith({ status: {} });
    await reconcileVm('web', {}, host, op);
    seen.nowMs += 4_000;
    const steps: object[] = [];
    const early = await reconcileVm('web', {}, host, { signal, report: (event) => void steps.push(event) });
    assert.deepEqual([early.failure, early.requeueAfterMs, steps], [undefined, 6_000, []]);
    assert.ok((await reconcileVm('web', { retryNow: true }, host, op)).failure, 'somebody asked for it');
  });

  test('an object that somebody else has put into the store gets what Ignite needs to look after it', async () => {
    const { host, vm } = await hostWith({ finalizers: ['example.org/mine'] });
    await reconcileVm('web', {}, host, op);
    const { metadata, status } = await vm();
    assert.deepEqual(metadata.finalizers, ['example.org/mine', 'ignite.weave.works/host']);
    assert.equal(status.phase, 'Failed');
    assert.ok(status.arch);
  });

  test('a VM that somebody wants down stays down, and no image is fetched for it', async () => {
    const { host, vm } = await hostWith({ spec: { power: 'Stopped' }, status: {} });
    const { failure, requeueAfterMs } = await reconcileVm('web', {}, host, op);
    assert.deepEqual([failure, requeueAfterMs], [undefined, undefined]);
    const { status } = await vm();
    assert.deepEqual([status.phase, status.lastWish], ['Created', { power: 'Stopped' }]);
    assert.deepEqual(conditionOf(await vm(), 'ImageReady'), ['False', 'NotYet']);
  });

  test('a VM that has ended by itself is cleaned up and stays down, or waits for its restart', async () => {
    for (const [restartPolicy, phase] of [
      ['no', 'Stopped'],
      ['always', 'Restarting'],
    ] as const) {
      const status = { phase: 'Running', lastWish: { power: 'Running' } } as const;
      const { host, seen, removed, vm } = await hostWith({ spec: { restartPolicy }, status });
      seen.sandbox = { state: 'exited', exitCode: 137 };
      const { requeueAfterMs } = await reconcileVm('web', {}, host, op);
      const after = await vm();
      assert.deepEqual([after.status.phase, after.status.exitCode], [phase, 137]);
      assert.equal(after.spec.power, 'Running');
      assert.equal(requeueAfterMs, phase === 'Restarting' ? 100 : undefined);
      assert.deepEqual(removed, [after.metadata.uid]);
      if (phase === 'Stopped')
        assert.equal((await reconcileVm('web', {}, host, op)).failure, undefined, 'it is not started again');
    }
  });

  test('a VM that an older Ignite has started is found running, and its processes are none of its status', async () => {
    const [vmm, monitor] = [hostProcess(process.pid), hostProcess(process.ppid)];
    const status = { phase: 'Running', lastWish: { power: 'Running' }, vmm, monitor } as const;
    const { host, seen, vm } = await hostWith({ status });
    const phase = async (): Promise<string> =>
      withTruePhase(await vm(), hostSight(host.paths, seen.nowMs)).status.phase;
    assert.equal(await phase(), 'Running', 'before anybody has reconciled it');
    seen.sandbox = { state: 'running', pid: vmm.pid };
    await reconcileVm('web', {}, host, op).catch(() => undefined); // no tool works here that would look after it
    assert.equal(await phase(), 'Running');
    assert.ok(!('vmm' in (await vm()).status) && !('monitor' in (await vm()).status));
    assert.deepEqual(readVmProcesses(await vm(), host.paths), { vmm, monitor });
  });

  test('a VM that ends just after it was seen running restarts by its policy, and not as if it were new', async () => {
    const { host, seen, vm } = await hostWith({
      spec: { restartPolicy: 'always' },
      status: {
        ...{ phase: 'Running', startTime: new Date(startMs).toISOString(), lastWish: { power: 'Running' } },
        restarts: { count: 3, pauseMs: 400 },
      },
    });
    seen.sandbox = { state: 'running', pid: process.pid };
    host.sandbox.observe = () => {
      const found = seen.sandbox;
      seen.sandbox = { state: 'exited', exitCode: 137 };
      return Promise.resolve(found);
    };
    await reconcileVm('web', {}, host, op);
    const { status } = await vm();
    assert.deepEqual([status.phase, status.restarts?.count], ['Restarting', 4]);
  });

  test('a restart that is cut short is still due, for whoever comes next', async () => {
    const restarts = { count: 1, pauseMs: 100, nextTime: new Date(startMs).toISOString() };
    const { host, vm } = await hostWith({
      status: { phase: 'Restarting', lastWish: { power: 'Running' }, restarts },
    });
    const stop = new AbortController();
    const { failure } = await reconcileVm('web', {}, host, {
      signal: stop.signal,
      report: () => stop.abort(),
    });
    assert.ok(failure);
    const { metadata, status } = await vm();
    assert.deepEqual([status.phase, status.restarts], ['Restarting', restarts]);
    assert.deepEqual(notedRestarts(host.paths), [metadata.uid]);
  });

  test('a VM that is being removed is forgotten', async () => {
    const { host } = await hostWith({ status: {} });
    await vmsIn(host.objects).delete({ namespace: 'default', name: 'web' });
    await reconcileVm('web', {}, host, op);
    assert.deepEqual(await listAllVms(host.objects), []);
  });
});
