import type { Vm } from '../v1/vm.ts';
import type { WarmPool } from '../v1/warm-pool.ts';
import type { Finder } from './finder.ts';
import type { ClientOperation } from './progress.ts';

export interface CreatePoolRequest {
  /** The namespace; the default is `default`. */
  readonly namespace?: string;
  readonly name: string;
  readonly replicas: number;
  /** The labels of its VMs. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The spec of its VMs as a person wrote it. */
  readonly spec: unknown;
}

export interface TakeRequest {
  /** The name that the VM is to have, which no other VM of the namespace may have; the default is the one that it has. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Manages the pools of this host, and gives their VMs away. */
export interface PoolClient extends Finder<WarmPool> {
  /**
   * Creates a pool and fills it. One that is there already and is for the same VMs is scaled and filled instead.
   * @throws CodedError POOL_NAME_TAKEN, INVALID
   */
  create(request: CreatePoolRequest, op: ClientOperation): Promise<WarmPool>;
  /** Changes how many VMs a pool keeps ready. Resolves once it has as many. */
  scale(query: string, replicas: number, op: ClientOperation): Promise<WarmPool>;
  /**
   * Takes a VM that is ready from its pool. Of several who do so at once, each gets another one.
   * @throws CodedError POOL_EMPTY, VM_NAME_TAKEN
   */
  take(query: string, request: TakeRequest, op: ClientOperation): Promise<Vm>;
  /** Removes a pool with all VMs that nobody has taken. */
  remove(query: string, request: { readonly force: boolean }, op: ClientOperation): Promise<WarmPool>;
}
