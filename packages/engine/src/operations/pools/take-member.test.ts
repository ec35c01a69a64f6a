import assert from 'node:assert/strict';
import { poolLabel } from '@ignite/api/v1/pool-marks';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { keepPool } from './keep-pool.ts';
import { Killed, poolOf, removePool, withHost } from './pool-host.sample.ts';
import { takeMember } from './take-member.ts';

const op = { signal: new AbortController().signal, report: () => {} };

withHost(
  'takeMember: who was killed goes on with the VM of the same pool, with the labels of today',
  async (host) => {
    const small = await poolOf(host, 'small', 1, 'alpine');
    const big = await poolOf(host, 'big', 1, 'postgres');
    await host.startAll();
    const { taking, kill } = host.process();
    const rename = async (): Promise<never> => {
      kill();
      throw new Killed('killed');
    };
    const first = { name: 'web', labels: { tier: 'front' } };
    await assert.rejects(takeMember(small, first, { ...taking, rename }, op), Killed);
    const left = (await host.vms()).find(({ metadata }) => metadata.labels['tier'] === 'front')!;

    const other = await takeMember(big, { name: 'web' }, host.process().taking, op);
    assert.equal(other.spec.image.oci, 'postgres:latest');
    await vmsIn(host.objects).modify(other.metadata, (now) => ({
      ...now,
      metadata: { ...now.metadata, finalizers: [] },
    }));
    await vmsIn(host.objects).delete(other.metadata);

    const again = { name: 'web', labels: { tier: 'back' } };
    const taken = await takeMember(small, again, host.process().taking, op);
    assert.equal(taken.metadata.uid, left.metadata.uid);
    assert.deepEqual(taken.metadata.labels, { tier: 'back' });
  },
);

withHost('takeMember: a VM that cannot be renamed goes back to its pool, and goes with it', async (host) => {
  const pool = await poolOf(host, 'workers', 1);
  await host.startAll();
  const [member] = await host.vms();
  const { taking } = host.process();
  const failing = (before: () => Promise<void>) => ({
    ...taking,
    rename: async () => {
      await before();
      throw new Error('the network cannot be renamed');
    },
  });
  await assert.rejects(
    takeMember(
      pool,
      { name: 'web' },
      failing(async () => {}),
      op,
    ),
    /cannot be renamed/,
  );
  const [given] = await host.vms();
  assert.equal(given?.metadata.uid, member?.metadata.uid);
  assert.equal(given?.metadata.labels[poolLabel], 'workers');

  const emptied = async (): Promise<void> => {
    await removePool(host, pool);
    await keepPool(pool, host.process().keeping, op);
  };
  await assert.rejects(takeMember(pool, { name: 'web' }, failing(emptied), op), /cannot be renamed/);
  assert.equal(await host.pool(), undefined);
  assert.deepEqual(await host.vms(), []);
});
