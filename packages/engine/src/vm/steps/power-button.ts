import { setTimeout as delay } from 'node:timers/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { vmmSockets } from '../../host/paths.ts';
import type { VmHost } from '../vm-host.ts';
import { vmmOf } from '../vmm-of.ts';

const buttonTimeoutMs = 2_000;
const pressAgainMs = 2_000;
const exitPollMs = 50;

/** A guest that is still booting does not feel the button: it is pressed again while there is time. */
export async function pressPowerButton(
  vm: Vm,
  graceMs: number,
  host: VmHost,
  op: ClientOperation,
): Promise<void> {
  const { uid } = vm.metadata;
  const sockets = vmmSockets(host.paths, uid);
  const deadline = Date.now() + graceMs;
  let pressAt = 0;
  while (Date.now() < deadline && (await host.sandbox.observe(uid)).state === 'running') {
    if (Date.now() >= pressAt) {
      pressAt = Date.now() + pressAgainMs;
      try {
        const signal = AbortSignal.any([op.signal, AbortSignal.timeout(buttonTimeoutMs)]);
        await vmmOf(vm, host).pressPowerButton(sockets, signal);
      } catch (failure) {
        op.signal.throwIfAborted();
        if ((await host.sandbox.observe(uid)).state !== 'running') return; // it has gone off meanwhile
        op.report({ kind: 'warning', message: `the power button does not answer: ${String(failure)}` });
        return;
      }
    }
    await delay(exitPollMs, undefined, { signal: op.signal });
  }
}
