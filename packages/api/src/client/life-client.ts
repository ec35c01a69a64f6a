import type { MetCondition, VmCondition } from './vm-condition.ts';
import type { Vm } from '../v1/vm.ts';
import type { ClientOperation } from './progress.ts';

export interface RestoredVm {
  readonly vm: Vm;
  /** Why the VM could not be started, if so. */
  readonly failure?: unknown;
}

/** Operations on the life of VMs: restoring, renaming and waiting. */
export interface LifeClient {
  /**
   * Starts the VMs that their restart policies bring back after the host was down. Running VMs are left
   * alone, so it may be repeated.
   */
  restore(op: ClientOperation): Promise<readonly RestoredVm[]>;
  /**
   * Renames a VM. Its uid stays. The name in DNS changes at once, and the guest's own host name at its next
   * boot.
   * @throws CodedError VM_NAME_TAKEN, VM_INVALID for an invalid name, VM_DECLARED for a VM that a Sync owns
   */
  rename(query: string, name: string, op: ClientOperation): Promise<Vm>;
  /**
   * Resolves with the first condition that holds, which may be so already.
   * @throws CodedError WAIT_TIMEOUT, VM_NOT_FOUND unless the VM's removal is one of the conditions
   */
  waitFor(
    query: string,
    request: { readonly conditions: readonly VmCondition[]; readonly timeoutMs?: number },
    signal: AbortSignal,
  ): Promise<MetCondition>;
}
