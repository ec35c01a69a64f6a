import type { Finder } from '@ignite/api/client/finder';
import type { CreatePoolRequest, PoolClient, TakeRequest } from '@ignite/api/client/pool-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { warmPoolKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { renameVm } from '../../vm/lifecycle/rename-vm.ts';
import { giveGuestItsName } from '../../vm/steps/rename-guest.ts';
import { poolNameTaken } from '../pools/errors.ts';
import { type KeptPool, type PoolKeeping, fillPool, keepPool } from '../pools/keep-pool.ts';
import { revisionOf } from '../pools/plan-pool.ts';
import { takeMember } from '../pools/take-member.ts';

/** Manages the pools of this host. */
export class LocalPools implements PoolClient {
  readonly #host: EnginePorts;
  readonly #read: Finder<WarmPool>;
  readonly #keeping: PoolKeeping;
  /** The pools under the rules of their kind. */
  readonly #pools: KindClient<WarmPool>;

  constructor(host: EnginePorts, read: Finder<WarmPool>, keeping: PoolKeeping) {
    this.#host = host;
    this.#read = read;
    this.#keeping = keeping;
    this.#pools = new KindClient(host.administration.served(), warmPoolKind);
  }

  list(signal: AbortSignal): Promise<readonly WarmPool[]> {
    return this.#read.list(signal);
  }

  find(query: string, signal: AbortSignal): Promise<WarmPool> {
    return this.#read.find(query, signal);
  }

  async create(
    { namespace = 'default', name, replicas, labels, spec }: CreatePoolRequest,
    op: ClientOperation,
  ): Promise<WarmPool> {
    const template = { ...(labels && { metadata: { labels } }), spec };
    const wanted = { metadata: { namespace, name }, spec: { replicas, template } };
    try {
      return await fillPool(await this.#pools.create(wanted, op), this.#keeping, op);
    } catch (failure) {
      if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
    }
    const known = await this.#pools.get({ namespace, name }, op);
    const asked = warmPoolKind.decode({ ...known, spec: wanted.spec });
    if (revisionOf(asked.spec.template) !== revisionOf(known.spec.template)) throw poolNameTaken(name);
    return await this.#scaled(known, replicas, op);
  }

  async scale(query: string, replicas: number, op: ClientOperation): Promise<WarmPool> {
    return await this.#scaled(await this.find(query, op.signal), replicas, op);
  }

  async #scaled(pool: WarmPool, replicas: number, op: ClientOperation): Promise<WarmPool> {
    const scaled = await this.#pools.modify(pool.metadata, (now) =>
      now.spec.replicas === replicas ? now : { ...now, spec: { ...now.spec, replicas } },
    );
    return await fillPool(scaled, this.#keeping, op);
  }

  async take(query: string, request: TakeRequest, op: ClientOperation): Promise<Vm> {
    const taking = {
      host: this.#host,
      list: (signal: AbortSignal) => this.#keeping.vms.list(signal),
      rename: async (uid: string, name: string, at: ClientOperation) => {
        const vm = await renameVm(uid, name, this.#host, at);
        await giveGuestItsName(vm, this.#host, at);
        return vm;
      },
      remove: (uid: string, at: ClientOperation) => this.#keeping.vms.remove(uid, { force: true }, at),
      random: Math.random,
    };
    return await takeMember(await this.find(query, op.signal), request, taking, op);
  }

  async remove(query: string, _request: { readonly force: boolean }, op: ClientOperation): Promise<WarmPool> {
    const found = await this.find(query, op.signal);
    if (await this.#pools.delete(found.metadata, op)) await keepPool(found, this.#keeping, op);
    return found;
  }

  /** Makes the VMs that a pool lacks, and removes those that it does not want, for whoever keeps the VMs up. */
  async keep(pool: WarmPool, op: ClientOperation): Promise<KeptPool> {
    return await keepPool(pool, this.#keeping, op);
  }
}
