import { hasOwnKey } from '@ignite/api/v1/has-own-key';
import type { Vm } from '@ignite/api/v1/vm';
import { recordReady } from '../steps/vm-events.ts';
import type { VmPorts } from '../vm-ports.ts';
import { untilReady } from './await-vm.ts';

const timeoutMs = 600_000;

/**
 * Waits until the SSH of a VM that was started answers, and records that. A VM without SSH is not waited for.
 * @throws CodedError SSH_UNREACHABLE, or VM_EXITED if the VM ends before that
 */
export async function recordWhenReady(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  if (!hasOwnKey(vm.spec)) return;
  await untilReady(vm, { timeoutMs, endsWithoutServer: true }, host, signal);
  await recordReady(vm, host);
}
