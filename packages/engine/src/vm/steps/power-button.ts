import { setTimeout as delay } from 'node:timers/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { vmmSockets } from '../../tools/host/paths.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';

/** The time limit of an answer, which also suffices for a busy VMM. */
const buttonTimeoutMs = 10_000;
const pressAgainMs = 2_000;
const exitPollMs = 50;

/**
 * Presses the power button repeatedly while there is time: a guest that is still booting does not notice it,
 * and a VMM that is busy or just ending does not answer.
 */
export async function pressPowerButton(
  vm: Vm,
  graceMs: number,
  host: Pick<VmPorts, 'paths' | 'sandbox' | 'vmms'>,
  op: ClientOperation,
): Promise<void> {
  const { uid } = vm.metadata;
  const sockets = vmmSockets(host.paths, uid);
  const isRunning = async (): Promise<boolean> => (await host.sandbox.observe(uid)).state === 'running';
  const deadline = Date.now() + graceMs;
  let pressAt = 0;
  let failure: unknown;
  while (Date.now() < deadline && (await isRunning())) {
    if (Date.now() >= pressAt) {
      try {
        const patience = AbortSignal.timeout(Math.min(buttonTimeoutMs, graceMs));
        const signal = AbortSignal.any([op.signal, patience]);
        await vmmOf(vm, host).pressPowerButton(sockets, signal);
        failure = undefined;
      } catch (cause) {
        op.signal.throwIfAborted();
        failure = cause;
      }
      pressAt = Date.now() + pressAgainMs;
    }
    await delay(exitPollMs, undefined, { signal: op.signal });
  }
  if (failure !== undefined && (await isRunning()))
    op.report({ kind: 'warning', message: `the power button does not answer: ${errorText(failure)}` });
}
