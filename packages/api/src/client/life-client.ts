import type { MetCondition, VmCondition } from './vm-condition.ts';
import type { Vm } from '../v1/vm.ts';
import type { ClientOperation } from './progress.ts';

export interface RestoredVm {
  readonly vm: Vm;
  /** Why it could not be started. */
  readonly failure?: unknown;
}

/** What becomes of VMs over the years. */
export interface LifeClient {
  /**
   * Starts the VMs that their restart policies bring back after the host was down. What runs is left alone, so it may be
   * repeated.
   */
  restore(op: ClientOperation): Promise<readonly RestoredVm[]>;
  /**
   * The uid stays, and the name in DNS changes at once; the guest's own host name does at its next boot.
   * @throws CodedError VM_NAME_TAKEN, VM_INVALID for what is no name, VM_DECLARED for a VM that a Sync owns
   */
  rename(query: string, name: string, op: ClientOperation): Promise<Vm>;
  /**
   * Resolves with the first of the conditions that holds, which may be so already.
   * @throws CodedError WAIT_TIMEOUT, VM_NOT_FOUND unless its removal is one of them
   */
  waitFor(
    query: string,
    request: { readonly conditions: readonly VmCondition[]; readonly timeoutMs?: number },
    signal: AbortSignal,
  ): Promise<MetCondition>;
}
