import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CreateVmRequest } from '@ignite/api/client/vm-client';
import { vmKind, warmPoolKind } from '@ignite/api/v1/object-kinds';
import { poolLabel, takenAsAnnotation } from '@ignite/api/v1/pool-marks';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { newUid } from '@ignite/toolkit/object/uid';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import type { PoolKeeping } from './keep-pool.ts';
import { keepPool } from './keep-pool.ts';
import { isMember, readyMembers } from './plan-pool.ts';
import { type Taking, takeMember } from './take-member.ts';

const op = { signal: new AbortController().signal, report: () => {} };
const rounds = 8;
const steps = 60;
const finalizer = 'ignite.weave.works/host';

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

class Killed extends Error {}

/** A host on which processes keep a pool and take from it, and are killed at any moment. */
class Host {
  readonly random: () => number;
  readonly #store = new MemoryStore();
  readonly #paths: { readonly dataDir: string; readonly runDir: string };
  #nowMs = Date.parse('2026-01-01T12:00:00Z');
  /** The part of all calls at which a process is killed. */
  faults = 0.02;

  constructor(random: () => number, dir: string) {
    this.random = random;
    this.#paths = { dataDir: dir, runDir: dir };
  }

  /** The objects, for who is never killed. */
  get objects(): ObjectClient {
    return engineClient(this.#store);
  }

  passTime(): void {
    this.#nowMs += 90_000;
  }

  async vms(): Promise<readonly Vm[]> {
    return (await new KindClient(this.objects, vmKind).list()).items;
  }

  async pool(): Promise<WarmPool | undefined> {
    return await new KindClient(this.objects, warmPoolKind).find({ namespace: 'default', name: 'workers' });
  }

  /** What a process works with. Once it is killed, nothing that it does has an effect. */
  process(): { readonly keeping: PoolKeeping; readonly taking: Taking } {
    let isKilled = false;
    const point = async (): Promise<void> => {
      for (let turns = Math.floor(this.random() * 3); turns > 0; turns--) await turn();
      isKilled ||= this.random() < this.faults;
      if (isKilled) throw new Killed('killed');
    };
    const objects = new Proxy(this.objects, {
      get:
        (target, name) =>
        async (...args: unknown[]) => {
          await point();
          return await (target as unknown as Record<PropertyKey, (...all: unknown[]) => unknown>)[name]!(
            ...args,
          );
        },
    });
    const vms = new KindClient(objects, vmKind);
    const list = async (): Promise<readonly Vm[]> => {
      await point();
      return await this.vms();
    };
    const host = {
      objects,
      paths: this.#paths,
      clock: { now: () => this.#nowMs, sleep: async () => {} },
      sandbox: { observe: async () => ({ state: 'running' }) },
    } as unknown as PoolKeeping['host'] & Taking['host'];
    const keeping = {
      host,
      vms: {
        list,
        create: async ({ name = '', labels = {}, annotations = {}, spec }: CreateVmRequest) =>
          await vms.create({
            metadata: {
              ...{ namespace: 'default', name, uid: newUid(), labels, annotations },
              creationTimestamp: new Date(this.#nowMs).toISOString(),
              finalizers: [finalizer],
            },
            spec: { ...(spec as object), power: 'Running' },
          }),
        start: async () => {
          throw new Error('the controller of VMs starts them');
        },
        remove: async (uid: string) => {
          const vm = (await list()).find(({ metadata }) => metadata.uid === uid)!;
          await vms.delete(vm.metadata);
          await vms.modify(vm.metadata, (now) => ({
            ...now,
            metadata: { ...now.metadata, finalizers: [] },
          }));
          return vm;
        },
      },
      snapshots: {
        warm: async () => {
          await point();
          throw new Error('no template can be made');
        },
      },
    } as unknown as PoolKeeping;
    const taking: Taking = {
      host,
      list,
      random: this.random,
      rename: async (uid, name) => {
        const vm = (await list()).find(({ metadata }) => metadata.uid === uid)!;
        if (this.random() < this.faults) throw new Error('the network cannot be renamed');
        await point();
        return vmKind.decode(await this.#store.rename({ ...vmKind, ...vm.metadata }, name));
      },
    };
    return { keeping, taking };
  }

  /** What happens to a VM by itself: it starts, gets ready, or ends. */
  async live(): Promise<void> {
    const vms = await this.vms();
    const vm = vms[Math.floor(this.random() * vms.length)];
    if (!vm || vm.metadata.deletionTimestamp !== undefined) return;
    const { phase } = vm.status;
    const next =
      phase === 'Created' || phase === undefined ? 'Starting' : this.random() < 0.1 ? 'Stopped' : 'Running';
    await this.#become(vm, next);
  }

  async startAll(): Promise<void> {
    for (const vm of await this.vms()) if (vm.status.phase !== 'Stopped') await this.#become(vm, 'Running');
  }

  async #become({ metadata }: Vm, phase: VmStatus['phase']): Promise<void> {
    const status = { phase, conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }] };
    await new KindClient(this.objects, vmKind).modifyStatus(
      metadata,
      (now) => ({ ...now, status: { ...now.status, ...status } }) as unknown as Vm,
    );
  }
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
      const host = new Host(randomOf(seed), dir);
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
      for (let step = 0; step < steps; step++)
        await Promise.all(Array.from({ length: 4 }, () => acts[Math.floor(random() * acts.length)]!()));

      const uids = given.map(({ metadata }) => metadata.uid);
      assert.ok(uids.length > 3, 'some were given');
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
