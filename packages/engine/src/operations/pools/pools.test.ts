import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { warmPoolKind } from '@ignite/api/v1/object-kinds';
import { poolLabel, takenAsAnnotation } from '@ignite/api/v1/pool-marks';
import type { Vm } from '@ignite/api/v1/vm';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { keepPool } from './keep-pool.ts';
import { isMember, readyMembers } from './plan-pool.ts';
import { Killed, PoolHost } from './pool-host.sample.ts';
import { takeMember } from './take-member.ts';

const op = { signal: new AbortController().signal, report: () => {} };
const rounds = 8;
const steps = 60;
/** How many are given in the usual steps depends on how processes wait for each other, which no seed repeats. */
const leastGiven = 4;
const mostSteps = 10 * steps;

/** A generator of random numbers that a seed repeats (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs what a process does, which may be killed meanwhile. */
async function mayBeKilled<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (failure) {
    const isExpected =
      failure instanceof Killed ||
      hasCode(failure, 'POOL_EMPTY') ||
      hasCode(failure, 'VM_NAME_TAKEN') ||
      /cannot be renamed/.test(String(failure));
    if (!isExpected) throw failure;
    return undefined;
  }
}

for (let seed = 1; seed <= rounds; seed++)
  test(`pools, seed ${seed}: no VM is given to two, whoever is killed, and the pool fills itself again`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pools-'));
    try {
      const host = new PoolHost(randomOf(seed), dir);
      const { random } = host;
      const pools = new KindClient(host.objects, warmPoolKind);
      const created = await pools.create({
        metadata: { namespace: 'default', name: 'workers', uid: 'pool' },
        spec: { replicas: 3, template: { spec: { image: { oci: 'debian' } } } },
        status: { replicas: 0, readyReplicas: 0 },
      });
      const given: Vm[] = [];
      const keep = async (): Promise<void> =>
        void (await mayBeKilled(keepPool(created, host.process().keeping, op)));
      const take = async (name?: string): Promise<void> => {
        const pool = (await host.pool())!;
        const request = { ...(name !== undefined && { name }), labels: { taker: 'somebody' } };
        const vm = await mayBeKilled(takeMember(pool, request, host.process().taking, op));
        if (vm) given.push(vm);
      };
      const acts = [
        keep,
        keep,
        () => take(),
        () => take(),
        () => take(`web-${Math.floor(random() * 4)}`),
        () => host.live(),
        () => host.live(),
        () => host.live(),
        async () => host.passTime(),
        async () => {
          const replicas = Math.floor(random() * 5);
          await pools.modify(created.metadata, (now) => ({ ...now, spec: { ...now.spec, replicas } }));
        },
      ];
      for (let step = 0; step < steps || (given.length < leastGiven && step < mostSteps); step++)
        await Promise.all(Array.from({ length: 4 }, () => acts[Math.floor(random() * acts.length)]!()));

      const uids = given.map(({ metadata }) => metadata.uid);
      assert.ok(uids.length >= leastGiven, 'some were given');
      assert.equal(new Set(uids).size, uids.length, 'no VM was given to two');
      const there = await host.vms();
      for (const { metadata } of given) {
        const now = there.find((vm) => vm.metadata.uid === metadata.uid);
        assert.ok(now, `${metadata.name} was given to somebody, and stays`);
        assert.equal(now.metadata.labels[poolLabel], undefined);
        assert.equal(now.metadata.labels['taker'], 'somebody');
        assert.equal(now.metadata.annotations[takenAsAnnotation], undefined);
      }

      host.faults = 0;
      await pools.modify(created.metadata, (now) => ({ ...now, spec: { ...now.spec, replicas: 3 } }));
      host.passTime();
      await keep();
      await host.startAll();
      await keep();
      const pool = (await host.pool())!;
      const members = (await host.vms()).filter((vm) => isMember(vm, pool));
      assert.equal(readyMembers(pool, members).length, 3);
      assert.equal(members.length, 3);
      assert.equal(pool.status.readyReplicas, 3);

      await pools.delete(created.metadata);
      await keep();
      assert.equal(await host.pool(), undefined);
      const left = await host.vms();
      assert.deepEqual(
        left.filter((vm) => vm.metadata.labels[poolLabel] !== undefined),
        [],
      );
      for (const uid of uids) assert.ok(left.some(({ metadata }) => metadata.uid === uid));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
