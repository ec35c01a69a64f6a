import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CreateVmRequest } from '@ignite/api/client/vm-client';
import { vmKind, warmPoolKind } from '@ignite/api/v1/object-kinds';
import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { newUid } from '@ignite/toolkit/object/uid';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { type PoolKeeping, keepPool } from './keep-pool.ts';
import type { Taking } from './take-member.ts';

const op = { signal: new AbortController().signal, report: () => {} };
const finalizer = 'ignite.weave.works/host';

/** The end of a process that is killed. */
export class Killed extends Error {}

/** A host on which processes keep pools and take from them, and may be killed at any moment. */
export class PoolHost {
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

  async pool(name = 'workers'): Promise<WarmPool | undefined> {
    return await new KindClient(this.objects, warmPoolKind).find({ namespace: 'default', name });
  }

  /** What a process works with. Once it is killed, nothing that it does has an effect. */
  process(): { readonly keeping: PoolKeeping; readonly taking: Taking; readonly kill: () => void } {
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
      remove: async (uid) => await keeping.vms.remove(uid, { force: true }, op),
    };
    return { keeping, taking, kill: () => void (isKilled = true) };
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

/** Runs a test with a host on which nobody is killed. */
export const withHost = (what: string, run: (host: PoolHost) => Promise<void>): void =>
  void test(what, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'keep-pool-'));
    try {
      const host = new PoolHost(() => 0.5, dir);
      host.faults = 0;
      await run(host);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

/** Makes a pool with its members. */
export async function poolOf(
  host: PoolHost,
  name: string,
  replicas: number,
  image = 'debian',
): Promise<WarmPool> {
  const created = await new KindClient(host.objects, warmPoolKind).create({
    metadata: { namespace: 'default', name, uid: `uid-of-${name}` },
    spec: { replicas, template: { spec: { image: { oci: image } } } },
    status: { replicas: 0, readyReplicas: 0 },
  });
  await keepPool(created, host.process().keeping, op);
  return (await host.pool(name))!;
}

export const removePool = async (host: PoolHost, { metadata }: WarmPool): Promise<void> =>
  void (await new KindClient(host.objects, warmPoolKind).delete(metadata));
