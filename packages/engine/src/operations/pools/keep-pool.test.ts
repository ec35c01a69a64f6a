import assert from 'node:assert/strict';
import type { Vm } from '@ignite/api/v1/vm';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { isLeaving } from '../../vm/errors.ts';
import { fillPool, keepPool } from './keep-pool.ts';
import { poolOf, removePool, withHost } from './pool-host.sample.ts';

const op = { signal: new AbortController().signal, report: () => {} };

withHost(
  'keepPool: a deleted pool stays until its last member is gone, whoever changes them',
  async (host) => {
    const pool = await poolOf(host, 'workers', 3);
    const { keeping } = host.process();
    const remove: typeof keeping.vms.remove = async (...args) => {
      const removed = await keeping.vms.remove(...args);
      await host.startAll(); // the others are no longer as they were read
      return removed;
    };
    await removePool(host, pool);
    await keepPool(pool, { ...keeping, vms: { ...keeping.vms, remove } }, op);
    assert.equal(await host.pool(), undefined);
    assert.deepEqual(await host.vms(), []);
  },
);

withHost('fillPool: a member that somebody removes meanwhile is replaced', async (host) => {
  const pool = await poolOf(host, 'workers', 2);
  const before = (await host.vms()).map(({ metadata }) => metadata.uid);
  const { keeping } = host.process();
  const start = async (uid: string): Promise<Vm> => {
    const vm = (await host.vms()).find(({ metadata }) => metadata.uid === uid)!;
    await vmsIn(host.objects).delete(vm.metadata);
    throw isLeaving(vm.metadata.name);
  };
  const filled = await fillPool(pool, { ...keeping, vms: { ...keeping.vms, start } }, op);
  assert.equal(filled.status.replicas, 2);
  for (const { metadata } of await host.vms()) assert.ok(!before.includes(metadata.uid));
});
