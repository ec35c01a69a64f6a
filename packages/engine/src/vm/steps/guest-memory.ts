import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { type Bytes, formatBytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { type Paths, vmmSockets } from '../../tools/host/paths.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { allottedMemoryOf, bootMemoryOf, dueMemoryOf, isMemoryOff } from '../plan/allotted-memory.ts';
import { type Vmms, vmmOf } from '../vmm-of.ts';
import { vmmSignal } from '../vmm-signal.ts';

/** The time after which a guest that has not given back its memory is reported. */
const patienceMs = 30_000;
const pollMs = 200;

interface MemoryPorts {
  readonly paths: Paths;
  readonly objects: ObjectClient;
  readonly vmms: Vmms;
  readonly clock: Clock;
}

/** Tells the running guest how much memory it may use, and records that. The caller holds the VM's lock. */
export async function resizeMemory(vm: Vm, host: MemoryPorts, signal: AbortSignal): Promise<Vm> {
  const vmm = vmmOf(vm, host);
  if (!vmm.capabilities.balloon || !isMemoryOff(vm)) return vm;
  const due = dueMemoryOf(vm);
  await vmm.resizeMemory(vmmSockets(host.paths, vm.metadata.uid), due, vmmSignal(signal));
  return await changeVmStatus(host.objects, vm, ({ status: { memory: _memory, ...status } }) => ({
    ...status,
    ...(due !== bootMemoryOf(vm) && { memory: due }),
  }));
}

/** Waits for the guest to give back memory, and warns if it does not do so in time. */
export async function untilMemoryGiven(vm: Vm, host: MemoryPorts, op: ClientOperation): Promise<void> {
  const [sockets, allotted] = [vmmSockets(host.paths, vm.metadata.uid), allottedMemoryOf(vm)];
  const deadline = host.clock.now() + patienceMs;
  try {
    for (;;) {
      const has = await vmmOf(vm, host).guestMemory(sockets, vmmSignal(op.signal));
      if (has <= allotted) return;
      if (host.clock.now() >= deadline) return op.report({ kind: 'warning', message: keeps(vm, has) });
      await host.clock.sleep(pollMs, op.signal);
    }
  } catch (failure) {
    op.signal.throwIfAborted();
    const message = `VM "${vm.metadata.name}": cannot find out whether the guest has given memory back: ${errorText(failure)}`;
    op.report({ kind: 'warning', message });
  }
}

const keeps = (vm: Vm, has: Bytes): string =>
  `VM "${vm.metadata.name}" still has ${humanBytes(has)} of memory, and was asked to reduce it to ${formatBytes(allottedMemoryOf(vm))}: the guest gives memory back as soon as it can spare it`;
